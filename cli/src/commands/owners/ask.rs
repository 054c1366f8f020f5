//! The calls that the commands make.

use anyhow::{anyhow, bail};
use registry::identity::Namespace;
use reqwest::Method;
use serde_json::{Value, json};

use crate::arguments::OwnersCommand;
use crate::names::Handle;
use crate::output::{field, printable};
use crate::registry_client::{Answer, Call, segment};
use crate::session::Session;

/// What the official API does not have.
const EXTENSION: &str = "/v0.1/x/dev.berth";

/// Makes the call of a command.
pub(super) async fn ask(session: &mut Session, command: &OwnersCommand) -> anyhow::Result<Answer> {
    let (method, path, body) = match command {
        OwnersCommand::Show { namespace } => (Method::GET, path(namespace, ""), None),
        OwnersCommand::Add { namespace, handle, role } => (
            Method::POST,
            path(namespace, "/invitations"),
            Some(json!({"to": handle.to_string(), "role": role.as_str()})),
        ),
        OwnersCommand::Remove { namespace, member } => {
            let identity = identity(session, namespace, member).await?;
            (Method::DELETE, path(namespace, &format!("/members/{}", segment(&identity))), None)
        }
        OwnersCommand::Invitations => (Method::GET, format!("{EXTENSION}/invitations"), None),
        OwnersCommand::Accept { namespace } => (Method::POST, path(namespace, "/invitations/accept"), None),
        OwnersCommand::Transfer { namespace, handle } => {
            (Method::POST, path(namespace, "/transfer"), Some(json!({"to": handle.to_string()})))
        }
        OwnersCommand::AcceptTransfer { namespace } => (Method::POST, path(namespace, "/transfer/accept"), None),
        OwnersCommand::Withdraw { namespace, handle } => {
            (Method::DELETE, path(namespace, &format!("/invitations/{}", segment(&handle.to_string()))), None)
        }
        OwnersCommand::WithdrawTransfer { namespace } => (Method::DELETE, path(namespace, "/transfer"), None),
        OwnersCommand::Pin { namespace, pins } => {
            (Method::PUT, path(namespace, "/pins"), Some(json!({"pins": pins.0})))
        }
        OwnersCommand::Rebind { namespace, github_id } => {
            (Method::PUT, path(namespace, "/binding"), Some(json!({"githubId": github_id})))
        }
    };
    session.send(Call::new(method, &path, body.map(|body| body.to_string().into_bytes()))).await
}

fn path(namespace: &Namespace, below: &str) -> String {
    format!("{EXTENSION}/namespaces/{}{below}", segment(namespace.as_str()))
}

/// Who is meant. A login name may pass from one account to another, so the registry removes identities alone; the name is
/// looked up among the members.
async fn identity(session: &mut Session, namespace: &Namespace, member: &Handle) -> anyhow::Result<String> {
    let login = match member {
        Handle::Login(login) => login,
        Handle::Identity(identity) => return Ok(identity.to_string()),
    };
    let answer = session.send(Call::get(&path(namespace, ""), &[])).await?.json;
    let members = answer.get("members").and_then(Value::as_array);
    let found: Vec<&Value> = members.into_iter().flatten().filter(|member| is_called(member, login)).collect();
    match found.as_slice() {
        [] => Err(anyhow!(
            "no member of {namespace} is called {member}; `berth owners show {namespace}` lists them, and `berth owners \
             withdraw {namespace} {member}` takes an invitation back"
        )),
        [member] => Ok(member.get("identity").and_then(Value::as_str).unwrap_or_default().to_owned()),
        several => {
            let identities: Vec<String> = several.iter().map(|member| field(member, "/identity")).collect();
            bail!(
                "several members are called {}; name one by its identity: {}",
                printable(login),
                identities.join(", ")
            )
        }
    }
}

/// Whether a member is an account of GitHub with this login name, in which case does not count.
fn is_called(member: &Value, login: &str) -> bool {
    let text = |key| member.get(key).and_then(Value::as_str).unwrap_or_default();
    let name = text("name");
    text("identity").starts_with("github:") && name.strip_prefix("github:").unwrap_or(name).eq_ignore_ascii_case(login)
}
