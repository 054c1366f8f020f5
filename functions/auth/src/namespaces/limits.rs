//! Limits of namespaces.

/// Days after which an invitation, and the offer of a namespace, are over.
pub(crate) const INVITATION_DAYS: i64 = 7;
/// Most open invitations of a namespace.
pub(crate) const INVITATIONS_PER_NAMESPACE: usize = 50;
/// Most members of a namespace.
pub(crate) const MEMBERS_PER_NAMESPACE: usize = 200;
/// Most of them that own it: when it changes hands they are all removed in the one transaction.
pub(crate) const OWNERS_PER_NAMESPACE: usize = 30;
/// Most namespaces that somebody is a member of: each is a permission, and all fit one token.
pub(crate) const MEMBERSHIPS_PER_IDENTITY: usize = 50;
/// Most invitations of somebody that are listed.
pub(crate) const INVITATIONS_LISTED: usize = 500;
/// Most labels of a namespace that is transferred: each above it is marked in the one transaction.
pub(crate) const TRANSFER_LABELS: usize = 12;
/// Most labels of a namespace that has names: 197 characters. Each above it is told of its pins in the one transaction.
pub(crate) const LABELS_ABOVE: usize = 99;
/// Most pins of a namespace.
pub(crate) const PINS_PER_NAMESPACE: usize = 20;
/// Longest name of a repository, with its owner, in characters (GitHub: 39 and 100).
pub(crate) const REPOSITORY_CHARS: usize = 140;
/// Longest name of an environment, in characters (GitHub), and of a workflow's file.
pub(crate) const PIN_CHARS: usize = 255;
/// Longest name of a login of GitHub, in characters.
pub(crate) const LOGIN_CHARS: usize = 39;
/// Refusals, in an hour of one identity from one address, that the audit trail gets.
pub(crate) const REFUSALS_PER_HOUR: u32 = 1000;
/// Largest body of a request about a namespace.
pub(crate) const BODY_BYTES: usize = 32 * 1024;
/// Actions of a transaction that are left to the binding, the audit trail and the marks above.
pub(crate) const OTHER_ACTIONS: usize = 20;
