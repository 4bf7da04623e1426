//! Shows a value by whatever its type can be shown by, so that a type that is given a new way to be
//! shown is looked at in that way, too.

use std::fmt::{Debug, Display};

use serde::Serialize;

/// A value, for whatever it can be shown by.
pub(crate) struct Look<'a, T>(pub(crate) &'a T);

/// Each way to be shown, where a type has it. What has it not is found by one more reference.
pub(crate) trait Shown {
    fn debug(&self) -> String {
        String::new()
    }
    fn display(&self) -> String {
        String::new()
    }
    fn json(&self) -> String {
        String::new()
    }
}
impl<T> Shown for &Look<'_, T> {}

pub(crate) trait ByDebug {
    fn debug(&self) -> String;
}
impl<T: Debug> ByDebug for Look<'_, T> {
    fn debug(&self) -> String {
        format!("{:?}\n{:#?}", self.0, self.0)
    }
}

pub(crate) trait ByDisplay {
    fn display(&self) -> String;
}
impl<T: Display> ByDisplay for Look<'_, T> {
    fn display(&self) -> String {
        format!("{}\n{:#}", self.0, self.0)
    }
}

pub(crate) trait ByJson {
    fn json(&self) -> String;
}
impl<T: Serialize> ByJson for Look<'_, T> {
    fn json(&self) -> String {
        serde_json::to_string(self.0).unwrap()
    }
}
