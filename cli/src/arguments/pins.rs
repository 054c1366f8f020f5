//! Pins: which runs of GitHub Actions may publish. What follows a `--repository` belongs to it.

use clap::error::ErrorKind;
use clap::{Arg, ArgAction, ArgGroup, ArgMatches, Args, Command, Error, FromArgMatches};
use serde::Serialize;

/// A run that may publish.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Pin {
    /// `owner/name`.
    pub(crate) repository: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) workflow: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) environment: Option<String>,
}

/// All pins of a namespace; none lets every run publish.
#[derive(Debug, PartialEq)]
pub(crate) struct PinArguments(pub(crate) Vec<Pin>);

const OPTIONS: [(&str, &str, &str); 3] = [
    ("repository", "OWNER/NAME", "A repository whose runs may publish; can be given again"),
    ("workflow", "FILE", "Only runs of this workflow of the repository before it, such as release.yml"),
    ("environment", "NAME", "Only runs in this environment of the repository before it"),
];

impl Args for PinArguments {
    fn augment_args(command: Command) -> Command {
        let options = OPTIONS.map(|(name, value, help)| {
            Arg::new(name).long(name).value_name(value).help(help).action(ArgAction::Append)
        });
        command
            .args(options)
            .arg(
                Arg::new("none")
                    .long("none")
                    .help("Let every run publish")
                    .action(ArgAction::SetTrue)
                    .conflicts_with_all(["workflow", "environment"]),
            )
            .group(ArgGroup::new("pins").args(["repository", "none"]).required(true))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for PinArguments {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let mut pins: Vec<Pin> = Vec::new();
        for (name, value) in in_order(matches) {
            if name == "repository" {
                pins.push(Pin { repository: value, workflow: None, environment: None });
                continue;
            }
            let Some(pin) = pins.last_mut() else {
                return Err(wrong(format!("--{name} belongs to the --repository before it, and there is none")));
            };
            let place = if name == "workflow" { &mut pin.workflow } else { &mut pin.environment };
            if place.replace(value).is_some() {
                return Err(wrong(format!(
                    "--{name} is there twice for {}; repeat --repository for each, which all may publish",
                    pin.repository
                )));
            }
        }
        Ok(Self(pins))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// The options with their values as they stand on the command line.
fn in_order(matches: &ArgMatches) -> Vec<(&'static str, String)> {
    let mut found: Vec<(usize, &'static str, String)> = Vec::new();
    for (name, ..) in OPTIONS {
        let values = matches.get_many::<String>(name).into_iter().flatten();
        let indices = matches.indices_of(name).into_iter().flatten();
        found.extend(indices.zip(values).map(|(index, value)| (index, name, value.clone())));
    }
    found.sort_by_key(|(index, ..)| *index);
    found.into_iter().map(|(_, name, value)| (name, value)).collect()
}

fn wrong(message: String) -> Error {
    Error::raw(ErrorKind::ArgumentConflict, format!("{message}\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Vec<Pin>, Error> {
        let command = PinArguments::augment_args(Command::new("pin"));
        let matches = command.try_get_matches_from(std::iter::once("pin").chain(line.split_whitespace()))?;
        Ok(PinArguments::from_arg_matches(&matches)?.0)
    }

    #[test]
    fn what_follows_a_repository_belongs_to_it() {
        let pins =
            parse("--repository a/b --workflow r.yml --repository c/d --repository e/f --environment x --workflow=y");
        let pin = |repository: &str, workflow: Option<&str>, environment: Option<&str>| Pin {
            repository: repository.to_owned(),
            workflow: workflow.map(str::to_owned),
            environment: environment.map(str::to_owned),
        };
        let expected = [pin("a/b", Some("r.yml"), None), pin("c/d", None, None), pin("e/f", Some("y"), Some("x"))];
        assert_eq!(pins.unwrap(), expected);
        assert_eq!(parse("--none").unwrap(), []);
    }

    #[test]
    fn what_belongs_to_none_is_refused() {
        for line in [
            "",
            "--workflow r.yml",
            "--workflow r.yml --repository a/b",
            "--repository a/b --workflow x --workflow y",
            "--none --repository a/b",
            "--none --workflow x",
        ] {
            assert!(parse(line).is_err(), "{line}");
        }
    }
}
