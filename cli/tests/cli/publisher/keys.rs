//! `berth keys`.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::registry::mode;
use crate::harness::Home;

/// The public key of a proof record, by the pattern of the official registry.
pub(super) fn public_key(record: &str, algorithm: &str) -> Vec<u8> {
    let key =
        record.trim_end().strip_prefix(&format!("v=MCPv1; k={algorithm}; p=")).unwrap_or_else(|| panic!("{record}"));
    BASE64_STANDARD.decode(key).unwrap()
}

#[test]
fn a_new_key_is_a_secret_with_a_public_record() {
    for (algorithm, secret, public) in [("ed25519", 32, 32), ("ecdsap384", 48, 49)] {
        let home = Home::new();
        let ran = home.run(&["keys", "new", "--algorithm", algorithm, "--output", "my.key"]);
        assert_eq!(ran.code, 0, "{ran:?}");
        assert_eq!(public_key(&ran.stdout, algorithm).len(), public);
        let file = home.path("my.key");
        assert_eq!(mode(&file), 0o600);
        let hex = std::fs::read_to_string(&file).unwrap();
        assert_eq!(hex::decode(hex.trim_end()).unwrap().len(), secret);
        assert!(!ran.stdout.contains(hex.trim_end()) && !ran.stderr.contains(hex.trim_end()), "{ran:?}");
        for part in [
            &format!("DOMAIN. IN TXT \"{}\"", ran.stdout.trim_end()),
            "https://DOMAIN/.well-known/mcp-registry-auth",
            "`berth login dns --domain DOMAIN --key my.key`",
            "`berth login http --domain DOMAIN --key my.key`",
        ] {
            assert!(ran.stderr.contains(part), "{part}: {ran:?}");
        }
        let shown = home.run(&["keys", "show", "my.key"]);
        assert_eq!((shown.code, &shown.stdout), (0, &ran.stdout));
    }
}

#[test]
fn a_key_is_never_overwritten() {
    let home = Home::new();
    let file = home.file("my.key", "precious");
    let ran = home.run(&["keys", "new", "--output", &file]);
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
    assert!(ran.stderr.contains("exists and is not overwritten; name another file with --output"), "{ran:?}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "precious");
}

#[test]
fn a_key_that_nobody_names_goes_to_the_configuration() {
    let home = Home::new();
    let ran = home.run(&["keys", "new"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    public_key(&ran.stdout, "ed25519");
    let file = home.path("xdg_config_home/berth/key.hex");
    assert_eq!((mode(&file), mode(file.parent().unwrap())), (0o600, 0o700));
    assert!(ran.stderr.contains(&format!("--key {}`", file.display())), "{ran:?}");
    assert_eq!(home.run(&["keys", "new"]).code, 1, "the second would replace the first");
}

#[test]
fn what_is_no_key_is_told() {
    let home = Home::new();
    for (content, expected) in [
        ("", "error: the key my.key has 0 bytes; an ed25519 key has 32"),
        ("nonsense", "error: the key my.key is not hex: "),
        ("abc", "error: the key my.key is not hex: "),
        ("-----BEGIN PRIVATE KEY-----\nMC4C\n", "error: the key my.key is PEM, expected hex; print the hex"),
        (&"f".repeat(96), "error: the key my.key is no valid ecdsap384 key"),
    ] {
        home.file("my.key", content);
        let ran = home.run(&["keys", "show", "my.key"]);
        assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
        assert!(ran.stderr.lines().last().unwrap().starts_with(expected), "{ran:?}");
    }
    let ran = home.run(&["keys", "show", "absent.key"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.starts_with("error: cannot read the key absent.key; make one with `berth keys new`"), "{ran:?}");
    assert_eq!(home.run(&["keys", "new", "--algorithm", "rsa"]).code, 2);
}

#[test]
fn a_key_that_others_can_read_is_told() {
    use std::os::unix::fs::PermissionsExt;
    let home = Home::new();
    let file = home.file("my.key", "11".repeat(32));
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    let ran = home.run(&["keys", "show", "my.key"]);
    assert_eq!(ran.code, 0);
    assert!(ran.stderr.contains("close it with `chmod 600 my.key`"), "{ran:?}");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    assert!(!home.run(&["keys", "show", "my.key"]).stderr.contains("warning"));
}
