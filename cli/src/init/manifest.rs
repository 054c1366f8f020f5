//! What a package's own description says.

use std::path::Path;

use super::{cargo_toml, dockerfile, package_json, pyproject};

/// A description of a package.
#[derive(Debug, PartialEq)]
pub(super) struct Manifest {
    pub(super) kind: Kind,
    /// The package's name in its registry.
    pub(super) package: Option<String>,
    /// Why the package is in no registry.
    pub(super) unpublished: Option<&'static str>,
    /// The name of the MCP server that it declares.
    pub(super) server_name: Option<String>,
    pub(super) version: Option<String>,
    pub(super) description: Option<String>,
    pub(super) repository: Option<String>,
    pub(super) homepage: Option<String>,
}

/// The package registries that are known here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Npm,
    Pypi,
    Cargo,
    Oci,
}

/// Reads the text of a file in a directory. The error continues a sentence that begins with the file's name.
type Reader = fn(&str, &Path) -> Result<Option<Manifest>, String>;

/// The files that describe packages.
pub(super) const READERS: [(&str, Reader); 4] = [
    ("package.json", package_json::read),
    ("pyproject.toml", pyproject::read),
    ("Cargo.toml", cargo_toml::read),
    ("Dockerfile", dockerfile::read),
];

impl Manifest {
    pub(super) fn new(kind: Kind) -> Self {
        Self {
            kind,
            package: None,
            unpublished: None,
            server_name: None,
            version: None,
            description: None,
            repository: None,
            homepage: None,
        }
    }
}

impl Kind {
    /// The file that describes such a package.
    pub(super) fn file(self) -> &'static str {
        match self {
            Self::Npm => "package.json",
            Self::Pypi => "pyproject.toml",
            Self::Cargo => "Cargo.toml",
            Self::Oci => "Dockerfile",
        }
    }

    /// The word in a server.json.
    pub(super) fn registry_type(self) -> &'static str {
        match self {
            Self::Npm => "npm",
            Self::Pypi => "pypi",
            Self::Cargo => "cargo",
            Self::Oci => "oci",
        }
    }

    /// Whether the README says whose the package is.
    pub(super) fn is_marked_in_readme(self) -> bool {
        matches!(self, Self::Pypi | Self::Cargo)
    }

    /// What the package has to say so that a registry believes whose it is.
    pub(super) fn marker(self, name: &str) -> String {
        match self {
            Self::Npm => format!("add \"mcpName\": \"{name}\" to package.json, and publish the package to npm"),
            Self::Pypi => format!("write `mcp-name: {name}` into the README, and publish the package to PyPI"),
            Self::Cargo => {
                format!(
                    "write `mcp-name: {name}` into the README as visible text (crates.io drops HTML comments), and \
                     publish the crate"
                )
            }
            Self::Oci => {
                format!(
                    "add LABEL io.modelcontextprotocol.server.name=\"{name}\" to the Dockerfile, and push the image"
                )
            }
        }
    }
}
