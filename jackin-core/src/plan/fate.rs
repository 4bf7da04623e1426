//! What becomes of a redirect that the launch does not make, as decision tables.
//!
//! The variables of one redirect belong together: a URL, the key that goes there, and the rest. An agent
//! that finds the URL without its key may send the user's own login there. So no part of a redirect
//! reaches the child without its key. A native launch also loses the key if its URL is lost, as far as
//! both come from the parent; a key that the layers set goes to the agent's native host.

/// A part of a redirect: does the child get it?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// It was not there.
    Absent,
    /// The child gets it.
    Arrives,
    /// It was there, and the child does not get it.
    Lost,
}

/// What the parent's environment holds of the redirects of one agent.
#[derive(Debug, Clone, Copy)]
pub(super) struct Inherited {
    /// Whether a variable shows that the environment is redirected to another provider.
    pub(super) redirected: bool,
    /// The key of the redirect, unless this launch sets it.
    pub(super) key: Part,
    /// For the launched agent on its native provider: what its own login depends on.
    pub(super) native: Option<Native>,
}

/// What a native launch could combine wrongly.
#[derive(Debug, Clone, Copy)]
pub(super) struct Native {
    /// The URL that a redirect sends the agent to.
    pub(super) url: Part,
    /// Any key that could go there: the redirect's, or the agent's own.
    pub(super) any_key: Part,
}

/// What the child gets of the redirects of one agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// Everything that no other rule removes.
    Keep,
    /// No part of them.
    Drop,
    /// No part of them, and not the agent's own key, which stood beside that URL.
    DropWithOwnKey,
}

/// Decides over what is inherited, before any secret is read. The first row that matches wins.
pub(super) const fn of_inherited(state: Inherited) -> Fate {
    use Part::{Absent, Arrives, Lost};
    let (url, any_key) = match state.native {
        Some(Native { url, any_key }) => (url, any_key),
        None => (Absent, Absent),
    };
    //    redirected        key      url      any key
    match (state.redirected, state.key, url, any_key) {
        (true, _, _, _) => Fate::DropWithOwnKey,
        // The key would go to the agent's native host.
        (_, _, Lost, _) => Fate::DropWithOwnKey,
        // The login would go to that URL.
        (_, _, Arrives, Lost) => Fate::DropWithOwnKey,
        (_, Lost, _, _) => Fate::Drop,
        (false, Absent | Arrives, Absent | Arrives, _) => Fate::Keep,
    }
}

/// What the child would get of one redirect, whoever set its parts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Assembled {
    /// The key of the redirect, from the parent, the layers or the plan.
    pub(super) key: Part,
    /// For the launched agent on its native provider: the URL, from the layers or the plan.
    pub(super) url: Part,
    /// For the launched agent on its native provider: its own key, from the parent.
    pub(super) own_key: Part,
}

/// Decides over a redirect when all values are known. The first row that matches wins.
pub(super) const fn of_assembled(state: Assembled) -> Fate {
    use Part::{Absent, Arrives, Lost};
    //    key        url     own key
    match (state.key, state.url, state.own_key) {
        // The key would go to the agent's native host.
        (_, Lost, _) => Fate::Drop,
        (Arrives, _, _) => Fate::Keep,
        (Lost, _, _) => Fate::Drop,
        // The own key stood beside this URL.
        (Absent, _, Lost) => Fate::Drop,
        // A URL without any key is the user's own affair.
        (Absent, Absent | Arrives, Absent | Arrives) => Fate::Keep,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Part::{Absent, Arrives, Lost};

    const PARTS: [Part; 3] = [Absent, Arrives, Lost];

    /// The rules in other words than the table's, over every combination.
    #[test]
    fn an_inherited_redirect_arrives_whole_or_not_at_all() {
        let mut tried = 0;
        for redirected in [false, true] {
            for key in PARTS {
                let natives = PARTS.iter().flat_map(|url| PARTS.map(|any_key| (*url, any_key)));
                let natives = natives.map(|(url, any_key)| Some(Native { url, any_key }));
                for native in natives.chain([None]) {
                    let fate = of_inherited(Inherited { redirected, key, native });
                    let split = native.is_some_and(|native| {
                        native.url == Lost || (native.url == Arrives && native.any_key == Lost)
                    });
                    assert_eq!(fate == Fate::DropWithOwnKey, redirected || split);
                    assert_eq!(fate == Fate::Keep, !redirected && !split && key != Lost);
                    tried += 1;
                }
            }
        }
        assert_eq!(tried, 2 * 3 * (9 + 1));
    }

    #[test]
    fn an_assembled_redirect_has_its_key_or_is_gone() {
        for key in PARTS {
            for (url, own_key) in PARTS.iter().flat_map(|url| PARTS.map(|own| (*url, own))) {
                let fate = of_assembled(Assembled { key, url, own_key });
                let lost = key == Lost || url == Lost || (key == Absent && own_key == Lost);
                assert_eq!(fate == Fate::Drop, lost, "{key:?} {url:?} {own_key:?}");
                assert_ne!(fate, Fate::DropWithOwnKey);
            }
        }
    }
}
