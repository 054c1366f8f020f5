//! What binds a namespace: the account whose it is, a transfer, what runs may publish. One item.

use registry::identity::Namespace;
use registry::store::StoreError;
use registry::store::attributes::{Attributes, Item};
use registry::time::Timestamp;
use registry_auth::Claims;

use super::offer::Offer;
use super::ownership::Proof;
use super::pin::{self, Pin};
use super::{Proved, Run};

pub(crate) const NAME: &str = "name";
pub(crate) const GITHUB_ID: &str = "github_id";
pub(crate) const TRANSFERRED_AT: &str = "transferred_at";
pub(crate) const TRANSFERRED_BELOW: &str = "transferred_below";
pub(crate) const PINNED_BELOW: &str = "pinned_below";
pub(crate) const REBOUND_AT: &str = "rebound_at";
pub(crate) const PINS: &str = "pins";
pub(crate) const REVISION: &str = "revision";

/// What binds a namespace. By default nothing does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Binding {
    /// How the namespace is written where case counts: in names of servers.
    pub(crate) name: Option<Namespace>,
    /// The GitHub account whose name it had when it was first used.
    pub(crate) github_id: Option<u64>,
    /// When it was handed over. Since then it belongs to its members alone.
    pub(crate) transferred_at: Option<Timestamp>,
    /// The last namespace below that was handed over.
    pub(crate) transferred_below: Option<Namespace>,
    /// How many namespaces below have pins.
    pub(crate) pinned_below: i64,
    /// When an administrator bound it to another account.
    pub(crate) rebound_at: Option<Timestamp>,
    /// What runs may publish.
    pub(crate) pins: Vec<Pin>,
    /// To whom it is offered.
    pub(crate) offer: Option<Offer>,
    /// Moves with every change of the namespace.
    pub(crate) revision: u64,
}

impl Binding {
    pub(crate) fn read(item: &Item) -> Result<Self, StoreError> {
        let attributes = Attributes { operation: "read a namespace", item };
        let namespace = |name| match attributes.optional_text(name) {
            Some(text) => text.parse().map(Some).map_err(|_| attributes.malformed(name)),
            None => Ok(None),
        };
        // What does not let somebody through must not be lost to a typing error: present is not absent.
        let time = |name| if item.contains_key(name) { attributes.time(name).map(Some) } else { Ok(None) };
        let number = |name| if item.contains_key(name) { attributes.number(name).map(Some) } else { Ok(None) };
        Ok(Self {
            name: namespace(NAME)?,
            github_id: number(GITHUB_ID)?,
            transferred_at: time(TRANSFERRED_AT)?,
            transferred_below: namespace(TRANSFERRED_BELOW)?,
            pinned_below: if item.contains_key(PINNED_BELOW) { attributes.number(PINNED_BELOW)? } else { 0 },
            rebound_at: time(REBOUND_AT)?,
            pins: match attributes.optional_text(PINS) {
                Some(json) => serde_json::from_str(json).map_err(|_| attributes.malformed(PINS))?,
                None => Vec::new(),
            },
            offer: Offer::read(item)?,
            revision: number(REVISION)?.unwrap_or_default(),
        })
    }

    /// Whether what somebody proves makes the namespace theirs.
    pub(crate) fn is_native(&self, namespace: &Namespace, claims: &Claims, proof: Proof) -> bool {
        self.transferred_at.is_none() && (proof.domain || (proof.login && self.is_of_login(namespace, claims)))
    }

    /// Whether the account that logged in is the one that the namespace is bound to, now and not only at the login.
    fn is_of_login(&self, namespace: &Namespace, claims: &Claims) -> bool {
        let Some(bound) = self.github_id.filter(|_| namespace.is_github()) else { return true };
        let own = Namespace::github(&claims.auth_method_sub).is_ok_and(|own| own.key() == namespace.key());
        match claims.identity().and_then(registry::identity::Identity::github_id) {
            Some(id) if id == bound => true,
            _ if own => false,
            // An organisation's number is not in the token: it was compared when the token was made.
            _ => {
                let second = |at: Timestamp| at.as_micros().div_euclid(1_000_000);
                self.rebound_at.is_none_or(|rebound| claims.iat.is_some_and(|made| made > second(rebound)))
            }
        }
    }

    /// Whether what is proved lets somebody publish: an account, a domain.
    ///
    /// # Errors
    /// Why not, and what to do next.
    pub(crate) fn grants(&self, proved: &Proved) -> Result<(), String> {
        let namespace = &proved.namespace;
        if self.transferred_at.is_some() {
            return Err(format!(
                "{namespace} was handed over to somebody else, so a login no longer proves that it is yours. Ask one of \
                 its owners to invite you"
            ));
        }
        match (self.github_id, proved.github_id) {
            _ if !namespace.is_github() => Ok(()),
            (_, None) => Err(format!("{namespace} is the namespace of a GitHub account: log in with GitHub")),
            (Some(bound), Some(id)) if bound != id => Err(format!(
                "{namespace} belongs to GitHub account {bound}, which had this name before; this account is {id}. If the \
                 namespace should be yours, ask the registry's administrator to rebind it"
            )),
            _ => Ok(()),
        }
    }

    /// Whether what is proved holds for the namespaces below as well, if a run asks for it.
    ///
    /// # Errors
    /// Why not, and what to do next.
    pub(crate) fn grants_below(&self, namespace: &Namespace, run: Option<&Run>) -> Result<(), String> {
        match &self.transferred_below {
            // Permissions cannot say: all but one.
            Some(below) => Err(format!(
                "{below} was handed over to somebody else, so {namespace} grants nothing below itself any more. For a \
                 namespace below it, prove that very domain"
            )),
            // All accounts of GitHub are below this one.
            None if namespace.key() == "io.github" => {
                Err("the namespaces below io.github belong to GitHub accounts: log in with GitHub".to_owned())
            }
            None if run.is_some() && self.pinned_below > 0 => Err(format!(
                "a namespace below {namespace} is pinned to certain runs, so {namespace} grants a run nothing below itself. \
                 For a namespace below it, prove that very domain"
            )),
            None => Ok(()),
        }
    }

    /// Whether a run may publish.
    ///
    /// # Errors
    /// Why not, and what to do next.
    pub(crate) fn lets_run(&self, namespace: &Namespace, run: Option<&Run>) -> Result<(), String> {
        let Some(run) = run.filter(|run| !pin::allow(&self.pins, run)) else { return Ok(()) };
        let pins: Vec<String> = self.pins.iter().map(ToString::to_string).collect();
        let workflow = run.workflow.as_deref().unwrap_or("an unknown workflow");
        let environment = run.environment.as_deref().map_or_else(String::new, |name| format!(" in {name:?}"));
        Err(format!(
            "{namespace} is pinned to runs of {}; this one is of {} by {workflow}{environment}. An owner changes that with \
             `berth owners pin {namespace}`",
            pins.join(", "),
            run.repository,
        ))
    }
}
