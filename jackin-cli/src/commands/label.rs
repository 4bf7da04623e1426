//! `jackin label`: what the session is called, for prompts and status lines.

use jackin_host::Ambient;

use crate::{args::Label, commands::plan_for, failure::Failure, ui::report};

pub(super) fn run(args: &Label, ambient: &Ambient) -> Result<(), Failure> {
    let (plan, _) = plan_for(&args.selection, args.agent.as_ref(), ambient)?;
    if args.json {
        let label = serde_json::json!({
            "schema": 1, "label": plan.label, "agent": plan.agent, "provider": plan.provider,
        });
        return report::json(&label);
    }
    report::text(&format!("{}\n", plan.label))
}
