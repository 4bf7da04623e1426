//! `resolve` allocates what is in the plan, and next to nothing else.

use allocation_counter::measure;
use jackin_benches::{layers, redirected};
use jackin_core::{Agent, resolve};

/// Allocations of four layers of 20 keys that are given back before the plan is there. Fewer are
/// welcome, more are not.
const GIVEN_BACK: i64 = 5;

#[test]
fn resolving_gives_back_hardly_anything_that_it_allocates() {
    let layers = layers(20);
    let mut plan = None;
    let counted = measure(|| plan = resolve(&layers, &Agent::all()[0], redirected(&layers)).ok());
    let plan = plan.expect("its key is in the layers");
    let given_back = counted.count_total.cast_signed() - counted.count_current;
    assert!(counted.count_total > plan.set.len() as u64, "nothing was counted: {counted:?}");
    assert!(given_back <= GIVEN_BACK, "{given_back} of {} were given back", counted.count_total);
}
