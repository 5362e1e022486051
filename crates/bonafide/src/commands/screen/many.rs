//! `bonafide screen --file`: a table of names. Every row of it has a row in the result, which says whether it was screened.
//!
//! What is done already is known by the content of a row and by what it was screened with, not by its place: a result of
//! another table, of other lists or of other options is refused.

use std::{
    collections::HashMap,
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use bonafide_screening::{
    index::{Hit, Index},
    snapshot::Snapshot,
    table::{self, Row, Wrong},
};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::{Args, lists};
use crate::{
    commands::{CommandResult, Incomplete},
    output,
};

type Failure = Box<dyn std::error::Error>;

const HEAD: [&str; 14] = [
    "line",
    "row",
    "with",
    "outcome",
    "why",
    "name",
    "hits",
    "score",
    "rank",
    "list",
    "id",
    "listed_name",
    "birth_date",
    "country",
];
/// Characters of a hash that are written: enough to tell rows and lists apart.
const SHORT: usize = 16;
/// Most rows that are named on the terminal; the result names all of them.
const MOST_TOLD: usize = 20;

/// What is in the result for one row of the table: one line, or one for each hit.
#[derive(Debug, Clone, PartialEq)]
struct Done {
    line: u64,
    row: String,
    with: String,
    outcome: String,
    records: Vec<csv::StringRecord>,
}

/// How many rows came to what.
#[derive(Default)]
struct Count {
    hit: usize,
    clear: usize,
    not_screened: usize,
}

impl Count {
    fn add(&mut self, outcome: &str) {
        match outcome {
            "hit" => self.hit += 1,
            "clear" => self.clear += 1,
            _ => self.not_screened += 1,
        }
    }
}

pub(super) fn run(index: &Index, snapshots: &[Snapshot], args: &Args, file: &Path) -> CommandResult {
    if args.json && args.out.is_none() {
        return Err("--json prints how it went: say with --out where the results go".into());
    }
    let cannot = |e: &dyn std::fmt::Display| format!("cannot read {}: {e}", file.display());
    let bytes = fs::read(file).map_err(|e| cannot(&e))?;
    let table = table::read(&bytes, args.kind).map_err(|e| cannot(&e))?;
    let with = short(&json!({
        "lists": snapshots.iter().map(|s| (&s.list, &s.sha256)).collect::<Vec<_>>(),
        "threshold": args.threshold, "limit": args.limit, "kind": args.kind,
    }));
    let done = match &args.out {
        Some(out) if !args.replace && out.exists() => before(out, &table.rows, &with)?,
        _ => vec![],
    };
    let mut out: Box<dyn Write> = match &args.out {
        Some(path) => Box::new(begin(path, &done)?),
        None => Box::new(std::io::stdout()),
    };
    if done.is_empty() && args.out.is_none() {
        out.write_all(&lines([HEAD.map(str::to_owned)])?)?;
    }
    let (mut count, mut there) = (Count::default(), HashMap::<&str, usize>::new());
    for d in &done {
        count.add(&d.outcome);
        *there.entry(&d.row).or_default() += 1;
    }
    let bar = output::progress(table.rows.len() as u64);
    for row in &table.rows {
        bar.inc(1);
        if let Some(left) = there.get_mut(row_word(row)).filter(|left| **left > 0) {
            *left -= 1;
            continue;
        }
        let (outcome, records) = screened(index, row, &with, args);
        count.add(outcome);
        out.write_all(&lines(records)?)?;
    }
    out.flush()?;
    bar.finish_and_clear();
    tell(args, snapshots, &table, &count, done.len())?;
    match count.not_screened {
        0 => Ok(()),
        n => {
            let told = format!(
                "{n} of {} rows were not screened; the column why says what is wrong",
                table.rows.len()
            );
            Err(Box::new(Incomplete(told)))
        }
    }
}

fn row_word(row: &Row) -> &str {
    row.sha256.get(..SHORT).unwrap_or(&row.sha256)
}

fn short(what: &serde_json::Value) -> String {
    hex::encode(Sha256::digest(what.to_string())).chars().take(SHORT).collect()
}

/// What one row comes to, and its lines of the result.
fn screened(index: &Index, row: &Row, with: &str, args: &Args) -> (&'static str, Vec<[String; 14]>) {
    let line = |outcome: &str, why: String, hits: usize, hit: [String; 7]| {
        let [score, rank, list, id, listed, birth, country] = hit;
        let name = output::unformula(&row.name);
        let hits = hits.to_string();
        [
            row.line.to_string(),
            row_word(row).to_owned(),
            with.to_owned(),
            outcome.to_owned(),
            why,
            name,
            hits,
            score,
            rank,
            list,
            id,
            listed,
            birth,
            country,
        ]
    };
    let query = match &row.query {
        Ok(query) => query,
        Err(wrong) => {
            let why = wrong.iter().map(Wrong::to_string).collect::<Vec<_>>().join("; ");
            return ("not_screened", vec![line("not_screened", why, 0, Default::default())]);
        }
    };
    let hits = index.search(query, args.threshold, args.limit);
    if hits.is_empty() {
        return ("clear", vec![line("clear", String::new(), 0, Default::default())]);
    }
    let cells = |hit: &Hit| {
        let fact = |what: &str| match hit.facts.iter().find(|f| f.what == what).and_then(|f| f.agrees) {
            Some(true) => "agrees".to_owned(),
            Some(false) => "differs".to_owned(),
            None => String::new(),
        };
        [
            format!("{:.4}", hit.score),
            format!("{:.4}", hit.rank),
            hit.list.clone(),
            output::unformula(&hit.id),
            output::unformula(&hit.name),
            fact("birth_date"),
            fact("country"),
        ]
    };
    ("hit", hits.iter().map(|hit| line("hit", String::new(), hits.len(), cells(hit))).collect())
}

/// Rows as CSV.
fn lines<R: AsRef<[u8]>>(rows: impl IntoIterator<Item: IntoIterator<Item = R>>) -> Result<Vec<u8>, Failure> {
    let mut lines = csv::Writer::from_writer(vec![]);
    for row in rows {
        lines.write_record(row)?;
    }
    lines.into_inner().map_err(|e| e.to_string().into())
}

/// What a run before has done of this table; refused where the result is of something else.
fn before(out: &Path, rows: &[Row], with: &str) -> Result<Vec<Done>, Failure> {
    let name = out.display();
    let mut done = read(out)?;
    let other = done.iter().filter(|d| d.with != with).count();
    if other > 0 {
        return Err(format!(
            "{name} has {other} rows that were screened against other lists or with other options; name another file, or \
             screen everything anew with --replace"
        )
        .into());
    }
    let mut places: HashMap<&str, Vec<u64>> = HashMap::new();
    rows.iter().rev().for_each(|row| places.entry(row_word(row)).or_default().push(row.line));
    let mut strange = 0;
    for d in &mut done {
        match places.get_mut(d.row.as_str()).and_then(Vec::pop) {
            Some(line) => d.line = line,
            None => strange += 1,
        }
    }
    if strange > 0 {
        return Err(format!(
            "{name} has {strange} rows that the table does not have; name another file, or screen everything anew with \
             --replace"
        )
        .into());
    }
    Ok(done)
}

/// Reads a result. What a killed run wrote of its last row only in part is left out.
fn read(out: &Path) -> Result<Vec<Done>, Failure> {
    let bytes = fs::read(out).map_err(|e| format!("cannot read {}: {e}", out.display()))?;
    if bytes.is_empty() {
        return Ok(vec![]);
    }
    // A line that has no end was being written when the run ended.
    let whole = bytes.iter().rposition(|b| *b == b'\n').map_or(0, |end| end + 1);
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(&bytes[..whole]);
    let known = reader.headers().is_ok_and(|head| head.iter().eq(HEAD));
    if !known {
        let told = "is no result of this program's version of this command; name another file, or write over it with --replace";
        return Err(format!("{} {told}", out.display()).into());
    }
    let records: Vec<csv::StringRecord> =
        reader.into_records().map_while(Result::ok).take_while(|r| r.len() == HEAD.len()).collect();
    let mut done: Vec<Done> = vec![];
    let mut at = 0;
    while let Some(first) = records.get(at) {
        let cell = |n| first.get(n).unwrap_or_default().to_owned();
        let many: usize = cell(6).parse().unwrap_or(0).max(1);
        let Some(group) = records.get(at..at + many) else { break };
        at += many;
        done.push(Done {
            line: cell(0).parse().unwrap_or_default(),
            row: cell(1),
            with: cell(2),
            outcome: cell(3),
            records: group.to_vec(),
        });
    }
    Ok(done)
}

/// Opens the result to go on with: what is done is written again, under the line that its row has now.
fn begin(out: &Path, done: &[Done]) -> Result<fs::File, Failure> {
    let mut text = lines([HEAD])?;
    for d in done {
        for record in &d.records {
            let line = d.line.to_string();
            let cells = std::iter::once(line.as_str()).chain(record.iter().skip(1));
            text.extend(lines([cells.collect::<Vec<_>>()])?);
        }
    }
    let mut beside = out.as_os_str().to_owned();
    beside.push(".new");
    let beside = PathBuf::from(beside);
    let cannot = |e: std::io::Error| format!("cannot write {}: {e}", out.display());
    fs::write(&beside, text).map_err(cannot)?;
    fs::rename(&beside, out).map_err(cannot)?;
    Ok(fs::File::options().append(true).open(out).map_err(cannot)?)
}

fn tell(
    args: &Args,
    snapshots: &[Snapshot],
    table: &table::Table,
    count: &Count,
    done: usize,
) -> CommandResult {
    let wrong = table.rows.iter().filter_map(|row| Some((row.line, row.query.as_ref().err()?)));
    let wrong: Vec<(u64, &Wrong)> =
        wrong.flat_map(|(line, all)| all.iter().map(move |w| (line, w))).collect();
    for (line, wrong) in wrong.iter().take(MOST_TOLD) {
        anstream::eprintln!("line {line}, {wrong}");
    }
    if wrong.len() > MOST_TOLD {
        anstream::eprintln!("and {} more", wrong.len() - MOST_TOLD);
    }
    let Count { hit, clear, not_screened } = count;
    if args.json {
        let problem = |(line, w): &(u64, &Wrong)| json!({"line": line, "column": w.column, "why": w.why});
        return Ok(output::json(&json!({
            "rows": table.rows.len(), "screened": hit + clear, "hit": hit, "clear": clear,
            "not_screened": not_screened, "done_before": done, "columns_not_used": table.unused,
            "problems": wrong.iter().map(problem).collect::<Vec<_>>(), "lists": lists(snapshots),
        }))?);
    }
    let mut told = format!(
        "Of {} rows {} were screened: {hit} with hits, {clear} without. {not_screened} were not screened; {done} were done \
         before.",
        table.rows.len(),
        hit + clear,
    );
    if !table.unused.is_empty() {
        told += &format!(" Columns that are not used: {}.", table.unused.join(", "));
    }
    // Without --out the results are on standard output.
    match args.out {
        Some(_) => output::line!("{told}"),
        None => anstream::eprintln!("{told}"),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_is_taken_up_by_content_and_refused_where_it_is_of_something_else() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("hits.csv");
        let rows = |text: &str| table::read(format!("name\n{text}").as_bytes(), None).unwrap().rows;
        let (ana, ben) = (rows("Ana\n").remove(0), rows("Ben\n").remove(0));
        let line = |row: &Row, with: &str, hits: usize| {
            let mut cells = vec![String::new(); HEAD.len()];
            (cells[0], cells[1], cells[2]) = ("2".into(), row_word(row).into(), with.into());
            (cells[3], cells[6]) = (if hits > 0 { "hit" } else { "clear" }.into(), hits.to_string());
            cells
        };
        let write = |records: Vec<Vec<String>>, more: &str| {
            let mut text = lines([HEAD]).unwrap();
            text.extend(lines(records).unwrap());
            text.extend(more.as_bytes());
            fs::write(&out, text).unwrap();
        };
        // Two hits of one row, and another row; the table begins with a new row.
        write(vec![line(&ana, "w", 2), line(&ana, "w", 2), line(&ben, "w", 0)], "");
        let found = before(&out, &rows("New\nAna\nBen\n"), "w").unwrap();
        let told: Vec<_> = found.iter().map(|d| (d.line, d.outcome.as_str(), d.records.len())).collect();
        assert_eq!(told, [(3, "hit", 2), (4, "clear", 1)]);
        begin(&out, &found).unwrap();
        assert_eq!(read(&out).unwrap()[0].line, 3, "under the line it has now");
        // Killed in the middle of a row, or of a line.
        write(vec![line(&ben, "w", 0), line(&ana, "w", 2)], "");
        assert_eq!(read(&out).unwrap().len(), 1);
        write(vec![line(&ana, "w", 0)], "2,abc");
        assert_eq!(read(&out).unwrap().len(), 1);
        // Something else.
        let refused = |table: &str, with| before(&out, &rows(table), with).unwrap_err().to_string();
        assert!(refused("Ana\n", "v").contains("other lists"));
        assert!(refused("Ben\n", "w").contains("that the table does not have"));
        fs::write(&out, "row,name,score\n1,Ana,\n").unwrap();
        assert!(refused("Ana\n", "w").contains("no result"));
        write(vec![line(&ana, "w", 0), line(&ana, "w", 0)], "");
        assert!(refused("Ana\n", "w").contains("1 rows"), "twice in the result, once in the table");
        assert_eq!(before(&out, &rows("Ana\nAna\n"), "w").unwrap().len(), 2);
    }
}
