//! `bonafide routes`: where to find the code of any endpoint. The paths are those in the code.

use bonafide_http::Paths;

use super::CommandResult;
use crate::{mount, output};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Print the routes as JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: Args) -> CommandResult {
    let mut table = output::table(["dialect", "method", "path", "file"]);
    let mut rows = vec![];
    for dialect in mount::DIALECTS {
        for op in &dialect.routes(&Paths::new()).operations {
            table.add_row([dialect.name, &op.method, &op.path, &op.file]);
            rows.push(serde_json::json!({
                "dialect": dialect.name, "method": op.method, "path": op.path, "file": op.file,
            }));
        }
    }
    if args.json {
        output::json(&rows)?;
    } else {
        output::print(&table);
    }
    Ok(())
}
