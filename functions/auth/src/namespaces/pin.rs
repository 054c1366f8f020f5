//! Which runs of GitHub Actions may publish in a namespace.

use std::fmt;

use registry::error::ErrorDetail;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::fields::Fields;
use super::{Run, limits};

/// A run that may publish. What it does not say may be anything.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct Pin {
    /// The repository, with its owner; case does not count.
    #[schema(example = "acme/widget")]
    pub(crate) repository: String,
    /// File name of the workflow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "release.yml")]
    pub(crate) workflow: Option<String>,
    /// The environment of the job; case does not count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "release")]
    pub(crate) environment: Option<String>,
}

/// Whether a run may publish where these are the pins: none lets all through.
pub(crate) fn allow(pins: &[Pin], run: &Run) -> bool {
    pins.is_empty() || pins.iter().any(|pin| pin.matches(run))
}

impl Pin {
    fn matches(&self, run: &Run) -> bool {
        let is = |wanted: &Option<String>, same: &dyn Fn(&str) -> bool| wanted.as_deref().is_none_or(same);
        self.repository.eq_ignore_ascii_case(&run.repository)
            && is(&self.workflow, &|wanted| run.workflow.as_deref() == Some(wanted))
            && is(&self.environment, &|wanted| {
                run.environment.as_deref().is_some_and(|given| given.to_lowercase() == wanted.to_lowercase())
            })
    }

    /// Reads the body of a request.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub(crate) fn parse_all(body: &Value) -> Result<Vec<Self>, Vec<ErrorDetail>> {
        let mut fields = Fields::of("body", body);
        let pins = fields.list("pins", limits::PINS_PER_NAMESPACE, |location, pin| {
            let mut fields = Fields::of(location, pin);
            let repository = fields.checked("repository", is_repository, REPOSITORY);
            let workflow = fields.optional_checked("workflow", is_workflow, WORKFLOW);
            let environment = fields.optional_checked("environment", is_environment, ENVIRONMENT);
            fields.finish(|| Some(Self { repository: repository?, workflow: workflow?, environment: environment? }))
        });
        fields.finish(|| pins)
    }
}

const REPOSITORY: &str = "expected a repository with its owner, such as acme/widget";
const WORKFLOW: &str = "expected the file name of a workflow, without its folder, such as release.yml";
const ENVIRONMENT: &str = "expected the name of an environment, at most 255 characters without control characters";

fn is_repository(text: &str) -> bool {
    let is_name = |name: &str| {
        !name.is_empty()
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
            && name.bytes().any(|byte| byte != b'.')
    };
    text.len() <= limits::REPOSITORY_CHARS
        && text.split_once('/').is_some_and(|(owner, name)| is_name(owner) && is_name(name))
}

fn is_workflow(text: &str) -> bool {
    let is_file = |byte: u8| byte.is_ascii_alphanumeric() || b"-_. +@()".contains(&byte);
    text.len() <= limits::PIN_CHARS && (text.ends_with(".yml") || text.ends_with(".yaml")) && text.bytes().all(is_file)
}

fn is_environment(text: &str) -> bool {
    !text.trim().is_empty() && text.chars().count() <= limits::PIN_CHARS && !text.chars().any(char::is_control)
}

impl fmt::Display for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.repository)?;
        if let Some(workflow) = &self.workflow {
            write!(f, " by {workflow}")?;
        }
        if let Some(environment) = &self.environment {
            write!(f, " in {environment:?}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn run(repository: &str, workflow: Option<&str>, environment: Option<&str>) -> Run {
        let text = |text: Option<&str>| text.map(str::to_owned);
        Run { repository: repository.to_owned(), workflow: text(workflow), environment: text(environment) }
    }

    #[test]
    fn what_a_pin_does_not_say_may_be_anything() {
        let body = json!({"pins": [
            {"repository": "acme/widget"},
            {"repository": "acme/gadget", "workflow": "release.yml", "environment": "Release"},
        ]});
        let pins = Pin::parse_all(&body).unwrap();
        for allowed in [
            run("Acme/Widget", None, None),
            run("acme/widget", Some("any.yml"), Some("any")),
            run("acme/gadget", Some("release.yml"), Some("release")),
        ] {
            assert!(allow(&pins, &allowed), "{allowed:?}");
        }
        for refused in [
            run("acme/other", None, None),
            run("acme/gadget", None, None),
            run("acme/gadget", Some("release.yml"), None),
            run("acme/gadget", Some("Release.yml"), Some("release")),
            run("acme/gadget", Some("release.yml"), Some("test")),
            run("evil/widget", Some("release.yml"), None),
        ] {
            assert!(!allow(&pins, &refused), "{refused:?}");
        }
        assert!(allow(&[], &run("any/thing", None, None)));
        assert_eq!(pins[1].to_string(), "acme/gadget by release.yml in \"Release\"");
    }

    #[test]
    fn all_that_is_wrong_with_pins_is_told() {
        let errors = |pins: Value| -> Vec<String> {
            let errors = Pin::parse_all(&json!({"pins": pins})).unwrap_err();
            errors.iter().map(|error| error.location.clone().unwrap()).collect()
        };
        assert_eq!(errors(json!({})), ["body.pins"]);
        assert_eq!(errors(json!([1])), ["body.pins[0]"]);
        assert_eq!(errors(json!([{}])), ["body.pins[0]"]);
        assert_eq!(
            errors(json!([
                {"repository": "a", "workflow": "x/../y.yml"},
                {"repository": "a/b", "environment": "a\nb", "x": 1},
                {"repository": "a/..", "environment": 1}
            ])),
            [
                "body.pins[0].repository",
                "body.pins[0].workflow",
                "body.pins[1].environment",
                "body.pins[1].x",
                "body.pins[2].repository",
                "body.pins[2].environment"
            ]
        );
        assert_eq!(errors(vec![json!({"repository": "a/b"}); 21].into()), ["body.pins"]);
        let none = json!({"pins": [{"repository": "a/b", "workflow": null}]});
        assert_eq!(Pin::parse_all(&none).unwrap()[0].workflow, None);
        assert_eq!(Pin::parse_all(&json!({"pins": []})), Ok(vec![]));
    }
}
