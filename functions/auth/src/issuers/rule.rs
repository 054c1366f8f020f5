//! What people with certain claims may publish.

use registry_auth::{Action, Permission};
use registry_oidc::ClaimMatch;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::template::Template;

/// Rules, of which all that match apply.
#[derive(Clone, Debug, Deserialize)]
#[serde(transparent)]
pub(crate) struct Rules(Vec<Rule>);

/// Whoever has the claims may do what the patterns say.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    #[serde(default)]
    when: ClaimMatch,
    #[serde(default)]
    publish: Vec<Template>,
    #[serde(default)]
    edit: Vec<Template>,
}

/// What the rules make of somebody's claims.
#[derive(Debug, Default)]
pub(super) struct Applied {
    /// Whether a rule applies, even one that grants nothing by itself.
    pub(super) matched: bool,
    pub(super) permissions: Vec<Permission>,
    /// Why rules whose claims somebody has do not apply.
    pub(super) remarks: Vec<String>,
}

impl Rules {
    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn apply(&self, claims: &Map<String, Value>) -> Applied {
        let mut applied = Applied::default();
        for rule in self.0.iter().filter(|rule| rule.when.check(claims).is_ok()) {
            match rule.permissions(claims) {
                Ok(permissions) => {
                    applied.matched = true;
                    for permission in permissions {
                        if !applied.permissions.contains(&permission) {
                            applied.permissions.push(permission);
                        }
                    }
                }
                Err(remark) => applied.remarks.push(remark),
            }
        }
        applied
    }
}

impl Rule {
    /// All of them, or none: half a rule is not what the operator wrote.
    fn permissions(&self, claims: &Map<String, Value>) -> Result<Vec<Permission>, String> {
        let publish = self.publish.iter().map(|template| (Action::Publish, template));
        let all = publish.chain(self.edit.iter().map(|template| (Action::Edit, template)));
        all.map(|(action, template)| Ok(Permission { action, resource: template.fill(claims)? })).collect()
    }
}
