//! Every agent on every provider, started from hostile parents: the child's environment is exactly
//! what the documents say, to the byte.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

#[path = "../../fixtures/isolation.rs"]
mod isolation;
#[expect(clippy::disallowed_methods, reason = "a test says how much it tried")]
#[path = "../../fixtures/promised.rs"]
mod promised;
mod support;

use std::{
    collections::BTreeSet,
    ffi::OsStr,
    os::unix::ffi::{OsStrExt as _, OsStringExt as _},
};

use isolation::{Launch, RULES, Rules, Var};
use jackin_core::child_env;
use promised::promised;

use crate::support::{Host, plan, vars};

/// For each of these, every name is in a small parent and in the large one.
const SEEDS: [u64; 2] = [0x6a61_636b_696e, 2026];

/// How many variables a parent has: few, so that one is not removed for another's sake, and all.
const SIZES: [usize; 2] = [12, usize::MAX];

fn child(launch: &Launch, rules: &Rules, parent: &[Var]) -> Vec<Var> {
    let text = |bytes| OsStr::from_bytes(bytes);
    let parent: Vec<_> = parent.iter().map(|(name, value)| (text(name), text(value))).collect();
    let host = vars(&parent);
    let plan = plan(launch.agent, &launch.config(rules), launch.provider, &host);
    let plan = if rules.pure { plan.pure() } else { plan };
    let plan = if launch.is_unnamed() { plan.unnamed(&host) } else { plan.named(&host) };
    let host = Host(host);
    let ready = plan.materialize(&host).unwrap_or_else(|error| panic!("{error}"));
    let child = child_env(&ready, host.0).into_iter();
    launch.comparable(child.map(|(name, value)| (name.into_vec(), value.into_vec())).collect())
}

/// How many environments were compared, and all that is wrong in them.
fn compare(launches: &[Launch], parents: &[Vec<Var>]) -> (usize, BTreeSet<String>) {
    let (mut compared, mut wrong) = (0, BTreeSet::new());
    for (at, parent) in parents.iter().enumerate() {
        // The rules take turns with the small parents.
        let turns = RULES.iter().enumerate();
        let turns = turns.filter(|(turn, _)| parent.len() > 100 || at % RULES.len() == *turn);
        for (rules, launch) in turns.flat_map(|(_, rules)| launches.iter().map(move |l| (rules, l)))
        {
            let got = child(launch, rules, parent);
            wrong.extend(launch.differences(rules, &got, &launch.expected(rules, parent)));
            compared += 1;
        }
    }
    (compared, wrong)
}

#[test]
fn hostile_parents_leave_exactly_what_is_documented() {
    let (names, launches) = (isolation::names(), isolation::launches());
    let sets = SEEDS.iter().flat_map(|seed| SIZES.map(|size| (size, *seed)));
    let parents: Vec<_> =
        sets.flat_map(|(size, seed)| isolation::parents(&names, size, seed)).collect();
    let (compared, wrong) = compare(&launches, &parents);
    let some: Vec<_> = wrong.iter().take(20).collect();
    assert!(wrong.is_empty(), "{}: {some:#?}", wrong.len());
    promised(names.len(), "names of variables");
    promised(launches.len(), "agents on providers");
    promised(parents.len(), "hostile parents");
    promised(compared, "environments compared");
}
