//! `berth verify-domain`

mod claim;
mod wait;

use std::process::ExitCode;

use reqwest::Method;
use serde_json::{Value, json};

use super::{show_refusal, take_new_token};
use crate::arguments::VerifyDomainArguments;
use crate::names::Domain;
use crate::output;
use crate::registry_client::{Answer, Call, segment};
use crate::session::Session;

/// Where claims are made and listed.
const PATH: &str = "/verify-domain";

pub(crate) async fn verify_domain(arguments: VerifyDomainArguments) -> anyhow::Result<ExitCode> {
    let mut session = Session::open(&arguments.target).await?;
    let done = match &arguments.domain {
        None => list(&mut session, arguments.json).await,
        Some(domain) if arguments.release => release(&mut session, domain).await,
        Some(domain) if arguments.route53 => write_record(&mut session, domain, &arguments).await,
        Some(domain) => prove(&mut session, domain, &arguments).await,
    };
    match done {
        Ok(()) => Ok(ExitCode::SUCCESS),
        Err(error) => show_refusal(error, arguments.json),
    }
}

/// Claims a domain, says what to set, and waits until it is seen.
async fn prove(session: &mut Session, domain: &Domain, arguments: &VerifyDomainArguments) -> anyhow::Result<()> {
    let body = body(&json!({"domain": domain.as_str()}));
    let claimed = session.send(Call::post(PATH, body.clone())).await?;
    let record = claim::record(&claimed.json);
    match (arguments.json, arguments.no_wait) {
        (true, true) => output::print(&claimed.line())?,
        // What is proved goes to stdout.
        (true, false) => record.iter().for_each(|(label, value)| output::talk(&format!("{label}: {value}"))),
        (false, _) => output::print_lines(&record)?,
    }
    output::talk(
        "set the TXT record at the domain itself, not below it, or serve the file; leave what is there already",
    );
    if arguments.no_wait {
        output::talk(&format!("then run `berth verify-domain {domain}` again, which has it checked"));
        return Ok(());
    }
    let proved = wait::until_proved(session, domain, body, arguments.wait).await?;
    show(&proved, arguments.json)?;
    grant(session, &proved.json).await;
    Ok(())
}

/// Has the registry write the record itself.
async fn write_record(session: &mut Session, domain: &Domain, arguments: &VerifyDomainArguments) -> anyhow::Result<()> {
    let mut wish = json!({"domain": domain.as_str()});
    if let (Some(identity), Some(object)) = (&arguments.identity, wish.as_object_mut()) {
        object.insert("identity".to_owned(), identity.as_str().into());
    }
    let proved = session.send(Call::post(&format!("{PATH}/route53"), body(&wish))).await?;
    show(&proved, arguments.json)?;
    match &arguments.identity {
        Some(identity) => output::talk(&format!("{domain} is proved for {identity}, whose next login grants it")),
        None => grant(session, &proved.json).await,
    }
    Ok(())
}

async fn release(session: &mut Session, domain: &Domain) -> anyhow::Result<()> {
    session.send(Call::new(Method::DELETE, &format!("{PATH}/{}", segment(domain.as_str())), None)).await?;
    output::talk(&format!(
        "{domain} is given up: its record may go, and others may claim it; a token that grants it still does until it ends"
    ));
    Ok(())
}

async fn list(session: &mut Session, is_json: bool) -> anyhow::Result<()> {
    let answer = session.send(Call::get(PATH, &[])).await?;
    if is_json {
        return Ok(output::print(&answer.line())?);
    }
    let domains = answer.json.get("domains").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    if domains.is_empty() {
        output::talk("no domain is claimed; `berth verify-domain DOMAIN` claims one");
        return Ok(());
    }
    Ok(output::print(&claim::table(domains))?)
}

fn show(answer: &Answer, is_json: bool) -> anyhow::Result<()> {
    if is_json {
        return Ok(output::print(&answer.line())?);
    }
    Ok(output::print_rows(&claim::rows(&answer.json))?)
}

/// Says what is proved, and takes a token that grants it.
async fn grant(session: &mut Session, claim: &Value) {
    output::talk(&format!("{} is proved for {}", output::field(claim, "/domain"), claim::publishes(claim)));
    take_new_token(session).await;
}

fn body(json: &Value) -> Option<Vec<u8>> {
    Some(json.to_string().into_bytes())
}
