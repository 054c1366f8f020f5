//! What the commands print.

use std::io;

use serde_json::Value;

use crate::arguments::OwnersCommand;
use crate::output::{day, field, print, print_rows, table_of, talk};

type Columns<'a> = &'a [(&'a str, &'a str)];

const MEMBERS: Columns<'_> =
    &[("member", "/identity"), ("name", "/name"), ("role", "/role"), ("since", "/since"), ("added by", "/addedBy")];

const INVITATIONS: Columns<'_> = &[
    ("invited", "/to"),
    ("role", "/role"),
    ("invited by", "/invitedBy"),
    ("at", "/invitedAt"),
    ("until", "/expiresAt"),
];

const PINS: Columns<'_> = &[("repository", "/repository"), ("workflow", "/workflow"), ("environment", "/environment")];

/// Shows what came of a command.
pub(super) fn show(command: &OwnersCommand, answer: &Value) -> io::Result<()> {
    match command {
        OwnersCommand::Show { .. } => namespace(answer),
        OwnersCommand::Add { namespace, handle, .. } => {
            print_rows(&[
                ("namespace", field(answer, "/namespace")),
                ("invited", field(answer, "/to")),
                ("role", field(answer, "/role")),
                ("until", field(answer, "/expiresAt")),
            ])?;
            talk(&format!("{handle} has to accept it: `berth owners accept {namespace}`"));
            Ok(())
        }
        OwnersCommand::Remove { namespace, member } => {
            talk(&format!(
                "{member} is no member of {namespace} any more; tokens that were issued before end by themselves"
            ));
            Ok(())
        }
        OwnersCommand::Invitations => {
            let invitations = items(answer, "invitations");
            if invitations.is_empty() {
                talk("no invitation waits for you");
                return Ok(());
            }
            let columns = [&[("namespace", "/namespace")], INVITATIONS].concat();
            print(&table_of(invitations, &columns))?;
            talk("accept one with `berth owners accept NAMESPACE`");
            Ok(())
        }
        OwnersCommand::Accept { namespace } | OwnersCommand::AcceptTransfer { namespace } => {
            member(answer)?;
            talk(&format!("{namespace} is yours to publish to"));
            Ok(())
        }
        OwnersCommand::Transfer { namespace, handle } => {
            print_rows(&[
                ("namespace", namespace.to_string()),
                ("to", field(answer, "/to")),
                ("from", field(answer, "/from")),
                ("until", field(answer, "/expiresAt")),
            ])?;
            talk(&format!(
                "{handle} has to take it over: `berth owners accept-transfer {namespace}`; from then on it is theirs alone, and \
                 `berth owners withdraw-transfer {namespace}` takes the offer back before"
            ));
            Ok(())
        }
        OwnersCommand::Withdraw { namespace, handle } => {
            talk(&format!("the invitation of {handle} to {namespace} is taken back"));
            Ok(())
        }
        OwnersCommand::WithdrawTransfer { namespace } => {
            talk(&format!("the offer of {namespace} is taken back"));
            Ok(())
        }
        OwnersCommand::Pin { namespace, .. } => {
            let pins = items(answer, "pins");
            if pins.is_empty() {
                talk(&format!("any run of GitHub Actions of its owner may publish to {namespace}"));
                return Ok(());
            }
            print(&table_of(pins, PINS))?;
            talk(&format!("GitHub Actions publish to {namespace} from such runs alone"));
            Ok(())
        }
        OwnersCommand::Rebind { .. } => {
            print_rows(&[("namespace", field(answer, "/namespace")), ("github id", field(answer, "/githubId"))])
        }
    }
}

/// All that there is about a namespace, a table each.
fn namespace(answer: &Value) -> io::Result<()> {
    let transfer = match answer.get("transfer") {
        Some(transfer) if transfer.is_object() => {
            format!("to {} until {}", field(transfer, "/to"), field(transfer, "/expiresAt"))
        }
        _ => String::new(),
    };
    print_rows(&[
        ("namespace", field(answer, "/namespace")),
        ("github id", field(answer, "/githubId")),
        ("transfer", transfer),
    ])?;
    for (key, columns) in [("members", MEMBERS), ("invitations", INVITATIONS), ("pins", PINS)] {
        let items = items(answer, key);
        if !items.is_empty() {
            print(&format!("\n{}", table_of(items, columns)))?;
        }
    }
    Ok(())
}

fn member(answer: &Value) -> io::Result<()> {
    print_rows(&[
        ("member", field(answer, "/identity")),
        ("name", field(answer, "/name")),
        ("role", field(answer, "/role")),
        ("since", day(&field(answer, "/since"))),
    ])
}

fn items<'a>(answer: &'a Value, key: &str) -> &'a [Value] {
    answer.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}
