//! What an answer is made of, for a CDN that drops all answers with a tag at once.

use std::fmt;

use http::HeaderName;
use xxhash_rust::xxh3::xxh3_64;

/// The header in which a CDN reads the tags of an answer, commas between. The distribution is told the same name
/// (`CacheTagConfig` of the template).
pub const HEADER: HeaderName = HeaderName::from_static("cache-tag");

/// One tag. `CloudFront` takes up to 256 visible ASCII characters without a comma, and does not look at case: a server's name
/// may have any, so its tag is a hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tag {
    /// Whatever was made from the catalogue.
    Catalogue,
    /// Lists and searches.
    Lists,
    /// One server.
    Server(ServerTag),
}

/// The tag of a server. That two servers share one costs an answer that is fetched anew, no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ServerTag(u64);

impl ServerTag {
    /// The tag of the server called `name`, whether there is one or not.
    #[must_use]
    pub fn of(name: &str) -> Self {
        Self(xxh3_64(name.as_bytes()))
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Catalogue => f.write_str("catalogue"),
            Self::Lists => f.write_str("lists"),
            Self::Server(ServerTag(hash)) => write!(f, "s-{hash:016x}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_name_gives_a_tag_that_a_cdn_takes() {
        for name in ["io.x/yy", "", "a,b #*", "IO.X/YY", &"é".repeat(500)] {
            let tag = Tag::Server(ServerTag::of(name)).to_string();
            assert!(tag.len() == 18 && tag.bytes().all(|byte| b"-0123456789abcdefs".contains(&byte)), "{tag}");
        }
        assert_ne!(ServerTag::of("io.x/yy"), ServerTag::of("IO.X/YY"), "cases of a name are told apart in its hash");
        assert_eq!(
            Tag::Server(ServerTag::of("io.x/yy")).to_string(),
            Tag::Server(ServerTag::of("io.x/yy")).to_string()
        );
    }
}
