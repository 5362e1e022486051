//! Rates of error for every group that a labels file names.

use std::collections::BTreeMap;

use super::{Compared, Report};

type Row = BTreeMap<String, String>;

/// Adds, for every value of every label, the false non-match rate of its people and the false match rate among
/// different people who share it.
pub(super) fn add(report: &mut Report, rows: &[Row], pairs: &[Compared<'_>], threshold: f64) {
    let labels: BTreeMap<&str, &Row> =
        rows.iter().filter_map(|row| Some((row.get("file")?.as_str(), row))).collect();
    // Per group: same people rejected and compared, strangers accepted and compared.
    let mut groups: BTreeMap<String, [usize; 4]> = BTreeMap::new();
    for pair in pairs {
        let (Some(a), Some(b)) = (labels.get(pair.a), labels.get(pair.b)) else { continue };
        let shared = a.iter().filter(|(label, value)| {
            label.as_str() != "file" && !value.is_empty() && b.get(label.as_str()) == Some(value)
        });
        for (label, value) in shared {
            let [rejected, same, accepted, strangers] = groups.entry(format!("{label}={value}")).or_default();
            let matches = pair.score >= threshold;
            if pair.same {
                *same += 1;
                *rejected += usize::from(!matches);
            } else {
                *strangers += 1;
                *accepted += usize::from(matches);
            }
        }
    }
    for (group, [rejected, same, accepted, strangers]) in groups {
        report.group(&group, "fnmr", rejected, same);
        report.group(&group, "fmr", accepted, strangers);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_count_for_the_labels_that_both_pictures_share() {
        let row = |file: &str, sex: &str, age: &str| -> Row {
            [("file", file), ("sex", sex), ("age", age)].map(|(k, v)| (k.to_owned(), v.to_owned())).into()
        };
        let rows = [row("a", "f", "young"), row("b", "f", "old"), row("c", "m", "old"), row("d", "f", "")];
        let pair = |a, b, score, same| Compared { a, b, score, same };
        let pairs = [
            pair("a", "b", 0.9, false),
            pair("a", "d", 0.2, true),
            pair("b", "c", 0.1, false),
            pair("a", "unlabelled", 0.9, false),
        ];
        let mut report = Report::new("faces", 0, vec![]);
        add(&mut report, &rows, &pairs, 0.5);
        let counts = |group: &str, name: &str| {
            let metric = &report.groups[group][name];
            (metric.k, metric.n)
        };
        assert_eq!(report.groups.keys().collect::<Vec<_>>(), ["age=old", "sex=f"]);
        assert_eq!((counts("sex=f", "fmr"), counts("sex=f", "fnmr")), ((1, 1), (1, 1)));
        assert_eq!((counts("age=old", "fmr"), counts("age=old", "fnmr")), ((0, 1), (0, 0)));
    }
}
