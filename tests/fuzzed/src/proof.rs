//! A login by domain.

use auth::domain::{Domain, InvalidDomain};
use auth::fuzzed::{Key, login};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use registry::time::Timestamp;
use ring::signature::{Ed25519KeyPair, KeyPair};

/// RFC 6979, appendix A.2.6: the key for P-384, and what it signs `sample` with.
const P384_KEY: &str = "Auw6TkFbThmkVoYYAp9Cf6XamovErpLgLgaq5ShrMAxk3vjw6pBVhmBkolRRVIC8Ew==";
const P384_SIGNATURE: &str = "94edbb92a5ecb8aad4736e56c691916b3f88140666ce9fa73d64c4ea95ad133c81a648152e44acf96e36dd1e80fabe46\
    99ef4aeb15f178cea1fe40db2603138f130e740a19624526203b6351d0a3a94fa329c145786e679e7b82c71a38628ac8";

/// Reads `bytes` as four lines: a domain, a time, a signature in hex, and, to the end, the text with the record.
///
/// # Panics
/// When a domain or a time has a second form, a record another key than it names, a signature verifies that its key did not
/// make, or one does not that it did.
pub fn proof(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let mut lines = text.splitn(4, '\n');
    let mut line = || lines.next().unwrap_or_default();
    let (name, time, signature, record) = (line(), line(), line(), line());

    let signature_bytes = hex::decode(signature).unwrap_or_else(|_| signature.as_bytes().to_vec());
    if let Some(key) = Key::find(record) {
        assert!(!key.verify(time.as_bytes(), &signature_bytes), "{key:?} verifies {signature} for {time:?}");
        let text = key.text();
        let (algorithm, point) = text.split_once(':').expect("two parts");
        let written = Key::find(&format!("v=MCPv1; k={algorithm}; p={point}")).expect("a record for a key");
        assert_eq!(written.text(), text);
    }

    let is_domain = domain(name);
    let signed_at = timestamp(time);
    let now = signed_at.unwrap_or_else(Timestamp::now);
    if let Ok(key) = login([name, time, signature], now, &[record]) {
        panic!("{key:?} signed {time:?} for {name:?} with {signature}");
    }
    let pair = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).expect("32 bytes");
    let ours = format!("v=MCPv1; k=ed25519; p={}", STANDARD.encode(pair.public_key()));
    let genuine = pair.sign(time.as_bytes());
    let accepted = login([name, time, &hex::encode(genuine)], now, &[record, &ours]);
    assert_eq!(accepted.is_ok(), is_domain && signed_at.is_some(), "{name:?} at {time:?}: {accepted:?}");

    only_genuine(&ours, time.as_bytes(), genuine.as_ref(), &signature_bytes);
    // Slower by far.
    if signature_bytes.len() == P384_SIGNATURE.len() / 2 {
        let record = format!("v=MCPv1; k=ecdsap384; p={P384_KEY}");
        only_genuine(&record, b"sample", &hex::decode(P384_SIGNATURE).expect("hex"), &signature_bytes);
    }
}

/// No bit of a genuine signature may differ, and no letter of what was signed.
fn only_genuine(record: &str, message: &[u8], genuine: &[u8], mask: &[u8]) {
    let key = Key::find(record).expect("a record");
    let masks = mask.iter().chain(std::iter::repeat(&0));
    let changed: Vec<u8> = genuine.iter().zip(masks).map(|(byte, mask)| byte ^ mask).collect();
    assert_eq!(key.verify(message, &changed), changed == genuine, "{key:?}: {changed:02x?} for {message:02x?}");
    assert!(!key.verify(&[message, b"0"].concat(), genuine), "{key:?}: {message:02x?} is not what was signed");
}

fn domain(text: &str) -> bool {
    let domain = match text.parse::<Domain>() {
        Ok(domain) => domain,
        Err(InvalidDomain::NotAscii(shown)) => {
            // Whoever does as the refusal says gets in.
            assert_eq!(shown.parse::<Domain>().map(|domain| domain.to_string()), Ok(shown.clone()), "{text:?}");
            return false;
        }
        Err(InvalidDomain::Format) => return false,
    };
    let name = domain.as_str();
    assert_eq!(name.parse::<Domain>().as_ref(), Ok(&domain), "{text:?}");
    assert_eq!(format!("{name}.").parse::<Domain>().as_ref(), Ok(&domain), "{text:?}");
    assert_eq!(text.to_ascii_uppercase().parse::<Domain>().as_ref(), Ok(&domain), "{text:?}");
    assert!(name.split('.').count() > 1 && name.split('.').all(|label| !label.is_empty()), "{name:?}");
    assert!(
        name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-".contains(&byte)),
        "{name}"
    );
    assert!(name.parse::<std::net::IpAddr>().is_err(), "{name} is an address");
    assert_eq!(domain.namespace().rsplit('.').collect::<Vec<_>>().join("."), name);
    true
}

fn timestamp(text: &str) -> Option<Timestamp> {
    let time: Timestamp = text.parse().ok()?;
    assert_eq!(time.to_string().parse::<Timestamp>().as_ref(), Ok(&time), "{text} is written as {time}");
    assert_eq!(Timestamp::from_micros(time.as_micros()), Some(time), "{text}");
    Some(time)
}
