//! `resolve` allocates what is in the plan, and nothing else.

use allocation_counter::measure;
use jackin_benches::{layers, redirected};
use jackin_core::resolve;

#[test]
fn resolving_gives_back_nothing_that_it_allocates() {
    let layers = layers(20);
    let (agent, provider) = (&layers.registry().agents()[0], redirected(&layers));
    // The first plan of a program also makes the index of the built-in registry.
    drop(resolve(&layers, agent, provider));
    let mut plan = None;
    let counted = measure(|| plan = resolve(&layers, agent, provider).ok());
    assert!(plan.is_some(), "its key is in the layers");
    // The list of its variables and the label, at least.
    assert!(counted.count_total >= 2, "not all was counted: {counted:?}");
    let given_back = counted.count_total.cast_signed() - counted.count_current;
    assert_eq!(given_back, 0, "of {} that were made", counted.count_total);
}
