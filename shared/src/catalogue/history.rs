//! Where a catalogue hears of changes: the table, or the log of a mirror.

use std::fmt;
use std::future::Future;
use std::ops::ControlFlow;
use std::pin::Pin;

use crate::store::{Change, Counter, Reader, Serial, StoreError};

/// An answer of a [`History`], boxed: a catalogue does not know which one it has.
pub type HistoryFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// The changes of a registry, each with a serial, without gaps.
pub trait History: fmt::Debug + Send + Sync {
    /// How far it reaches: every change that was acknowledged before the call is counted.
    fn counter(&self) -> HistoryFuture<'_, Counter>;

    /// Shows `visit` the changes `after+1..=upto`, oldest first, until it breaks. `upto` must have been counted.
    fn each_change<'a>(
        &'a self,
        after: Serial,
        upto: Serial,
        visit: &'a mut (dyn FnMut(Change) -> ControlFlow<()> + Send),
    ) -> HistoryFuture<'a, ()>;
}

impl<T: History> History for std::sync::Arc<T> {
    fn counter(&self) -> HistoryFuture<'_, Counter> {
        T::counter(self)
    }

    fn each_change<'a>(
        &'a self,
        after: Serial,
        upto: Serial,
        visit: &'a mut (dyn FnMut(Change) -> ControlFlow<()> + Send),
    ) -> HistoryFuture<'a, ()> {
        T::each_change(self, after, upto, visit)
    }
}

impl History for Reader {
    fn counter(&self) -> HistoryFuture<'_, Counter> {
        Box::pin(self.counter())
    }

    fn each_change<'a>(
        &'a self,
        after: Serial,
        upto: Serial,
        visit: &'a mut (dyn FnMut(Change) -> ControlFlow<()> + Send),
    ) -> HistoryFuture<'a, ()> {
        Box::pin(self.each_change(after, upto, visit))
    }
}
