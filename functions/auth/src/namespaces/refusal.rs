//! Why a namespace is not changed, or not shown.

use http::StatusCode;
use registry::error::ApiError;
use registry::identity::{Identity, Namespace};
use registry::time::Timestamp;

use super::member::Role;
use super::{Handle, limits};

/// Why not, and what to do next.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    /// A run of a workflow asks.
    #[error(
        "a run of GitHub Actions may publish, and nothing else: log in as a person, with `berth login github`, to see or \
         change who has a part in a namespace"
    )]
    Workflow,
    /// Somebody asks who did not say who they are.
    #[error("this token does not say who you are: log in again, with a proof of your identity")]
    Nobody,
    /// The namespace is not theirs.
    #[error(
        "{namespace} is not yours: you are {caller}. One of its owners can invite you with role owner. If it is the \
         namespace of your organisation or of your domain, log in with a proof of that: a GitHub token that may read your \
         organisations, or `berth login dns`"
    )]
    NotOwner { namespace: Namespace, caller: String },
    /// They have no part in the namespace.
    #[error(
        "you have no part in {namespace}: you are {caller}. One of its owners can invite you; `berth owners invitations` \
         lists the invitations that wait for you"
    )]
    NoPart { namespace: Namespace, caller: String },
    /// Only administrators may.
    #[error("only administrators of the registry bind a namespace to another account: you are {caller}")]
    NotAdministrator { caller: String },
    /// Nobody invited them.
    #[error(
        "no invitation to {namespace} is addressed to you: you are {caller}. Ask one of its owners to invite exactly that, \
         and mind that invitations end after {days} days", days = limits::INVITATION_DAYS
    )]
    NotInvited { namespace: Namespace, caller: String },
    /// They were, but they come too late.
    #[error("the invitation to {namespace} ended at {at}: ask one of its owners to invite you again")]
    InvitationOver { namespace: Namespace, at: Timestamp },
    /// They have what they are invited to.
    #[error("you are {role} of {namespace} already, and there is no invitation that would change it")]
    MemberAlready { namespace: Namespace, role: Role },
    /// Whoever is invited is a member.
    #[error("{to} is {role} of {namespace} already: nobody has to be invited for that")]
    HasRole { namespace: Namespace, to: Handle, role: Role },
    /// There is no such invitation.
    #[error("there is no open invitation of {to} to {namespace}; `berth owners show {namespace}` lists those that are")]
    NoInvitation { namespace: Namespace, to: Handle },
    /// There is no such member.
    #[error("{identity} is no member of {namespace}; `berth owners show {namespace}` lists those who are")]
    NoMember { namespace: Namespace, identity: Identity },
    /// Nobody would be left.
    #[error(
        "{identity} is the last owner of {namespace}: invite another owner first, or hand the namespace over with `berth \
         owners transfer {namespace}`"
    )]
    LastOwner { namespace: Namespace, identity: Identity },
    /// Too many.
    #[error("{namespace} has {most} {what}, and may not have more: {remedy}")]
    Full { namespace: Namespace, what: &'static str, most: usize, remedy: &'static str },
    /// Too many.
    #[error(
        "you are a member of {most} namespaces, and cannot be of more, as all have to fit one token: leave one first, with \
         `berth owners remove`", most = limits::MEMBERSHIPS_PER_IDENTITY
    )]
    TooManyMemberships,
    /// It is offered to somebody already.
    #[error(
        "{namespace} is offered to {to} until {until}, and to one at a time: withdraw that offer first, with `berth owners \
         withdraw-transfer {namespace}`"
    )]
    OfferedAlready { namespace: Namespace, to: Handle, until: Timestamp },
    /// It is offered to nobody.
    #[error("{namespace} is offered to nobody: its owners can offer it with `berth owners transfer {namespace}`")]
    NoOffer { namespace: Namespace },
    /// It is not offered to them.
    #[error(
        "{namespace} is not offered to you: you are {caller}. Ask one of its owners to offer it to exactly that, with \
         `berth owners transfer`"
    )]
    NotOffered { namespace: Namespace, caller: String },
    /// It was, but they come too late.
    #[error("the offer of {namespace} ended at {at}: ask one of its owners to offer it again")]
    OfferOver { namespace: Namespace, at: Timestamp },
    /// They offer it to themselves.
    #[error("{to} are you: a namespace is handed over to somebody else")]
    ToYourself { to: Handle },
    /// Too many labels.
    #[error(
        "{namespace} has more than {most} labels: such a namespace cannot be handed over; invite owners instead",
        most = limits::TRANSFER_LABELS
    )]
    TooDeep { namespace: Namespace },
    /// No account could have it.
    #[error("{namespace} is no namespace of a GitHub account: only io.github.<login name> is bound to one")]
    NotOfGithub { namespace: Namespace },
}

impl Refusal {
    fn status(&self) -> StatusCode {
        match self {
            Self::Workflow
            | Self::Nobody
            | Self::NotOwner { .. }
            | Self::NoPart { .. }
            | Self::NotAdministrator { .. }
            | Self::NotInvited { .. }
            | Self::NotOffered { .. } => StatusCode::FORBIDDEN,
            Self::InvitationOver { .. }
            | Self::NoInvitation { .. }
            | Self::NoMember { .. }
            | Self::NoOffer { .. }
            | Self::OfferOver { .. } => StatusCode::NOT_FOUND,
            Self::MemberAlready { .. }
            | Self::HasRole { .. }
            | Self::LastOwner { .. }
            | Self::Full { .. }
            | Self::TooManyMemberships
            | Self::OfferedAlready { .. }
            | Self::ToYourself { .. }
            | Self::TooDeep { .. }
            | Self::NotOfGithub { .. } => StatusCode::CONFLICT,
        }
    }

    fn detail(&self) -> &'static str {
        match self {
            Self::Workflow | Self::Nobody => "This login has no part in namespaces",
            Self::NotAdministrator { .. } => "You are no administrator of this registry",
            Self::NotInvited { .. } => "You are not invited to this namespace",
            Self::NotOffered { .. } => "This namespace is not offered to you",
            Self::NotOwner { .. } => "You do not own this namespace",
            Self::NoPart { .. } => "You have no part in this namespace",
            Self::InvitationOver { .. } | Self::NoInvitation { .. } => "Invitation not found",
            Self::NoMember { .. } => "Member not found",
            Self::NoOffer { .. } | Self::OfferOver { .. } => "Transfer not found",
            _ => "The namespace cannot be changed like this",
        }
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        Self::new(refusal.status(), refusal.detail()).because(refusal.to_string())
    }
}
