//! The `server.json` format, declared once.

use registry::limits::{NAME_CHARS, VERSION_CHARS};
use registry::model::PUBLISHER_META;

use crate::shape::{Field, Kind, Pattern, Shape, Text};

/// A `server.json`.
pub static SERVER_JSON: Shape = Shape {
    parts: &[&[
        Field::required("$schema", Kind::Text(Text { min: 1, uri: true, ..Text::ANY })),
        Field::required("name", Kind::Text(Text { min: 3, max: NAME_CHARS, pattern: Some(SERVER_NAME), ..Text::ANY })),
        Field::required("description", Kind::Text(Text { min: 1, max: 100, ..Text::ANY })),
        Field::optional("title", Kind::Text(Text { min: 1, max: 100, ..Text::ANY })),
        Field::optional("repository", Kind::Object(&REPOSITORY)),
        Field::required("version", VERSION),
        Field::optional("websiteUrl", URI),
        Field::optional("icons", Kind::List(&Kind::Object(&ICON))),
        Field::optional("packages", Kind::List(&Kind::Object(&PACKAGE))),
        Field::optional("remotes", Kind::List(&Kind::Object(&TRANSPORT))),
        Field::optional("_meta", Kind::Object(&META)),
    ]],
};

static REPOSITORY: Shape = Shape {
    parts: &[&[
        Field::optional("url", URI),
        Field::optional("source", TEXT),
        Field::optional("id", TEXT),
        Field::optional("subfolder", TEXT),
    ]],
};

static ICON: Shape = Shape {
    parts: &[&[
        Field::required("src", Kind::Text(Text { max: 255, uri: true, ..Text::ANY })),
        Field::optional("mimeType", one_of(&["image/png", "image/jpeg", "image/jpg", "image/svg+xml", "image/webp"])),
        Field::optional("sizes", Kind::List(&TEXT)),
        Field::optional("theme", one_of(&["light", "dark"])),
    ]],
};

static PACKAGE: Shape = Shape {
    parts: &[&[
        Field::required("registryType", FILLED),
        Field::optional("registryBaseUrl", URI),
        Field::required("identifier", FILLED),
        Field::optional("version", VERSION),
        Field::optional("fileSha256", Kind::Text(Text { pattern: Some(SHA256), ..Text::ANY })),
        Field::optional("runtimeHint", TEXT),
        Field::required("transport", Kind::Object(&TRANSPORT)),
        Field::optional("runtimeArguments", Kind::List(&Kind::Object(&ARGUMENT))),
        Field::optional("packageArguments", Kind::List(&Kind::Object(&ARGUMENT))),
        Field::optional("environmentVariables", Kind::List(&Kind::Object(&KEY_VALUE_INPUT))),
    ]],
};

static TRANSPORT: Shape = Shape {
    parts: &[
        &[
            Field::required("type", TEXT),
            Field::optional("url", TEXT),
            Field::optional("headers", Kind::List(&Kind::Object(&KEY_VALUE_INPUT))),
        ],
        VARIABLES,
    ],
};

static INPUT: Shape = Shape { parts: &[INPUT_FIELDS] };

static KEY_VALUE_INPUT: Shape = Shape { parts: &[&[Field::required("name", TEXT)], INPUT_FIELDS, VARIABLES] };

static ARGUMENT: Shape = Shape {
    parts: &[
        &[
            Field::required("type", TEXT),
            Field::optional("name", TEXT),
            Field::optional("valueHint", TEXT),
            Field::optional("isRepeated", Kind::Flag),
        ],
        INPUT_FIELDS,
        VARIABLES,
    ],
};

static META: Shape = Shape { parts: &[&[Field::optional(PUBLISHER_META, Kind::FreeObject)]] };

static INPUT_FIELDS: &[Field] = &[
    Field::optional("description", TEXT),
    Field::optional("isRequired", Kind::Flag),
    Field::optional("format", one_of(&["string", "number", "boolean", "filepath"])),
    Field::optional("value", TEXT),
    Field::optional("isSecret", Kind::Flag),
    Field::optional("default", TEXT),
    Field::optional("placeholder", TEXT),
    Field::optional("choices", Kind::List(&TEXT)),
];

static VARIABLES: &[Field] = &[Field::optional("variables", Kind::Map(&Kind::Object(&INPUT)))];

const TEXT: Kind = Kind::Text(Text::ANY);
const FILLED: Kind = Kind::Text(Text { min: 1, ..Text::ANY });
const URI: Kind = Kind::Text(Text { uri: true, ..Text::ANY });
const VERSION: Kind = Kind::Text(Text { min: 1, max: VERSION_CHARS, ..Text::ANY });

const SERVER_NAME: Pattern = Pattern {
    shown: "^[a-zA-Z0-9.-]+/[a-zA-Z0-9._-]+$",
    matches: |text| {
        let is_made_of = |part: &str, punctuation: &[u8]| {
            !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || punctuation.contains(&byte))
        };
        text.split_once('/').is_some_and(|(namespace, name)| is_made_of(namespace, b".-") && is_made_of(name, b"._-"))
    },
};

const SHA256: Pattern = Pattern {
    shown: "^[a-f0-9]{64}$",
    matches: |text| text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'a'..=b'f' | b'0'..=b'9')),
};

const fn one_of(values: &'static [&'static str]) -> Kind {
    Kind::Text(Text { one_of: values, ..Text::ANY })
}
