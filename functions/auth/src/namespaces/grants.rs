//! What a login may publish: what it proves, what its holder is a member of, and what domains they hold.

use std::collections::HashMap;

use registry::identity::{Identity, Namespace};
use registry::store::attributes::{Item, key_item, number, text};
use registry::store::{StoreError, keys};
use registry::time::Timestamp;
use registry_auth::{Action, Pattern, Permission};

use super::binding::{Binding, GITHUB_ID, NAME, REVISION, TRANSFERRED_AT};
use super::whole::proved_domains;
use super::{Granted, Membership, Namespaces, Proved, Refused, Run};

impl Namespaces {
    /// What somebody may publish who has just logged in. The namespace of a GitHub account is bound to the account's number
    /// when it is first proved.
    ///
    /// # Errors
    /// When the table cannot be reached.
    pub(crate) async fn grants(
        &self,
        identity: &Identity,
        proved: &[Proved],
        run: Option<&Run>,
        now: Timestamp,
    ) -> Result<Granted, StoreError> {
        let partition = keys::identity_partition(identity);
        let (mut bindings, items) = tokio::try_join!(
            self.bindings(proved.iter().map(|proved| &proved.namespace)),
            self.query(&partition, "", usize::MAX)
        )?;
        for proved in proved {
            self.bind(proved, &mut bindings).await?;
        }
        let mut granted = Granted::default();
        for proved in proved {
            granted.by_proof(proved, binding(&bindings, &proved.namespace), run, true);
        }
        let is_membership = |item: &&Item| {
            let sort = item.get(keys::SK).and_then(|sort| sort.as_s().ok());
            sort.is_some_and(|sort| sort.starts_with(keys::MEMBER_PREFIX))
        };
        let memberships: Result<Vec<_>, _> = items.iter().filter(is_membership).map(Membership::read).collect();
        let (memberships, domains) = (memberships?, proved_domains(&items, now));
        let of_members = memberships.iter().map(|membership| &membership.namespace);
        let bindings = self.bindings(of_members.chain(domains.iter().map(|domain| &domain.namespace))).await?;
        for membership in &memberships {
            granted.by_membership(&membership.namespace, binding(&bindings, &membership.namespace), run);
        }
        for domain in &domains {
            granted.by_proof(domain, binding(&bindings, &domain.namespace), run, false);
        }
        Ok(granted)
    }

    /// Binds the namespace of an account to the account's number, unless it is bound or was handed over; and keeps how it is
    /// written now, while it is the account's. Of two who are the first at once, one is, and the other sees it.
    async fn bind(&self, proved: &Proved, bindings: &mut HashMap<String, Binding>) -> Result<(), StoreError> {
        let Some(id) = proved.github_id.filter(|_| proved.namespace.is_github()) else { return Ok(()) };
        let known = binding(bindings, &proved.namespace);
        let is_up_to_date = known.name.as_ref() == Some(&proved.namespace);
        match known.github_id {
            _ if known.transferred_at.is_some() => return Ok(()),
            Some(bound) if bound != id || is_up_to_date => return Ok(()),
            _ => {}
        }
        let sent = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key_item(&keys::namespace(&proved.namespace))))
            .update_expression("SET #id = :id, #name = :name, #revision = if_not_exists(#revision, :zero) + :one")
            .condition_expression("attribute_not_exists(#transferred) AND (attribute_not_exists(#id) OR #id = :id)")
            .expression_attribute_names("#id", GITHUB_ID)
            .expression_attribute_names("#name", NAME)
            .expression_attribute_names("#revision", REVISION)
            .expression_attribute_names("#transferred", TRANSFERRED_AT)
            .expression_attribute_values(":id", number(id))
            .expression_attribute_values(":name", text(proved.namespace.as_str()))
            .expression_attribute_values(":zero", number(0))
            .expression_attribute_values(":one", number(1))
            .send()
            .await;
        match sent {
            Ok(_) => {}
            Err(error)
                if error.as_service_error().is_some_and(|error| error.is_conditional_check_failed_exception()) => {}
            Err(error) => return Err(StoreError::call("bind a namespace", error)),
        }
        bindings.extend(self.bindings([&proved.namespace].into_iter()).await?);
        Ok(())
    }
}

fn binding<'a>(bindings: &'a HashMap<String, Binding>, namespace: &Namespace) -> &'a Binding {
    static NOTHING: std::sync::LazyLock<Binding> = std::sync::LazyLock::new(Binding::default);
    bindings.get(&namespace.key()).unwrap_or(&NOTHING)
}

impl Granted {
    fn by_proof(&mut self, proved: &Proved, binding: &Binding, run: Option<&Run>, by_login: bool) {
        let namespace = &proved.namespace;
        if let Err(message) = binding.grants(proved).and_then(|()| binding.lets_run(namespace, run)) {
            return self.refuse(namespace, message);
        }
        if by_login && !self.owns.contains(namespace) {
            self.owns.push(namespace.clone());
        }
        self.permit(Pattern::namespace(namespace.as_str()));
        if proved.below {
            match binding.grants_below(namespace, run) {
                Ok(()) => self.permit(Pattern::namespaces_below(namespace.as_str())),
                Err(message) => self.refuse(namespace, message),
            }
        }
    }

    fn by_membership(&mut self, namespace: &Namespace, binding: &Binding, run: Option<&Run>) {
        // As its owner writes it now.
        let namespace = binding.name.as_ref().unwrap_or(namespace);
        match binding.lets_run(namespace, run) {
            Ok(()) => {
                self.refused.retain(|refused| refused.namespace.key() != namespace.key());
                self.permit(Pattern::namespace(namespace.as_str()));
            }
            Err(message) => self.refuse(namespace, message),
        }
    }

    fn permit(&mut self, resource: Pattern) {
        let permission = Permission { action: Action::Publish, resource };
        if !self.permissions.contains(&permission) {
            self.permissions.push(permission);
        }
    }

    fn refuse(&mut self, namespace: &Namespace, message: String) {
        let refused = Refused { namespace: namespace.clone(), message };
        if !self.refused.contains(&refused) {
            self.refused.push(refused);
        }
    }
}
