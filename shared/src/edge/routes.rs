//! Routes with and without their OpenAPI document, from one list.
//!
//! `utoipa_axum` builds the document with the router. That took a function two thirds of a millisecond at each start,
//! half of all that it does before its first request, for a document that no function serves.

use axum::Router;
use axum::handler::Handler;
use axum::routing::{MethodFilter, MethodRouter};
use utoipa::__dev::{SchemaReferences, Tags};
use utoipa::Path;
use utoipa::openapi::path::{HttpMethod, Paths};
use utoipa_axum::PathItemExt;
use utoipa_axum::router::OpenApiRouter;

/// Something that takes routes: a [`Router`], or an [`OpenApiRouter`], which keeps their documentation as well.
pub trait Routes<S>: Default {
    /// Adds a handler at the path and the methods of its `#[utoipa::path]`, which [`crate::route`] brings along.
    #[must_use]
    fn add<P, H, T>(self, route: (P, H)) -> Self
    where
        P: Path + SchemaReferences + Tags<'static>,
        H: Handler<T, S>,
        T: 'static;

    /// Adds other routes below a prefix.
    #[must_use]
    fn below(self, prefix: &str, routes: Self) -> Self;
}

/// A handler with its documentation, for [`Routes::add`]: `route!(module::handler)`.
#[macro_export]
macro_rules! route {
    ($module:ident :: $handler:ident) => {
        utoipa_axum::paste! { ($module::[<__path_ $handler>], $module::$handler) }
    };
}

impl<S: Clone + Send + Sync + 'static> Routes<S> for Router<S> {
    fn add<P, H, T>(self, (_, handler): (P, H)) -> Self
    where
        P: Path + SchemaReferences + Tags<'static>,
        H: Handler<T, S>,
        T: 'static,
    {
        self.route(&P::path(), methods(&P::methods(), handler))
    }

    fn below(self, prefix: &str, routes: Self) -> Self {
        self.nest(prefix, routes)
    }
}

impl<S: Clone + Send + Sync + 'static> Routes<S> for OpenApiRouter<S> {
    fn add<P, H, T>(self, (_, handler): (P, H)) -> Self
    where
        P: Path + SchemaReferences + Tags<'static>,
        H: Handler<T, S>,
        T: 'static,
    {
        let (mut schemas, mut paths, mut operation) = (Vec::new(), Paths::new(), P::operation());
        P::schemas(&mut schemas);
        operation.tags.get_or_insert_default().extend(P::tags().into_iter().map(str::to_owned));
        paths.add_path_operation(P::path(), P::methods(), operation);
        self.routes((schemas, paths, methods(&P::methods(), handler)))
    }

    fn below(self, prefix: &str, routes: Self) -> Self {
        self.nest(prefix, routes)
    }
}

fn methods<S, H, T>(methods: &[HttpMethod], handler: H) -> MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
    H: Handler<T, S>,
    T: 'static,
{
    let filters = methods.iter().map(PathItemExt::to_method_filter);
    match filters.reduce(MethodFilter::or) {
        Some(filter) => MethodRouter::new().on(filter, handler),
        None => MethodRouter::new(),
    }
}
