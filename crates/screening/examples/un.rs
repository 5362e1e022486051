use bonafide_screening::{index::{Index, Query}, lists::{Files, parse, recognize}, names::Kind};
use std::time::Instant;
fn files(root: &str, names: &[&str]) -> Files { names.iter().map(|n| (n.rsplit('/').next().unwrap().to_string(), std::fs::read(format!("{root}/{n}")).unwrap())).collect() }
fn rows(path: &str) -> Vec<csv::StringRecord> { csv::Reader::from_path(path).unwrap().records().map(|r| r.unwrap()).collect() }
fn main() {
    let root = "/work/shared/data/sanctions";
    let th: f64 = std::env::args().nth(1).map_or(0.7, |t| t.parse().unwrap());
    let start = Instant::now();
    let mut un = Index::default();
    let f = files(root, &["un_consolidated_2020.xml"]); un.add("un", parse(recognize(&f).unwrap(), &f).unwrap().entries);
    println!("un {:?} {:?}", start.elapsed(), un.sources());
    let mut all = Index::default();
    let start = Instant::now();
    for (n, l) in [("ofac", &["ofac_2022-01/sdn.csv", "ofac_2022-01/alt.csv", "ofac_2022-01/add.csv"][..]), ("cons", &["ofac_cons/cons_prim.csv","ofac_cons/cons_alt.csv","ofac_cons/cons_add.csv"][..]), ("un", &["un_consolidated_2020.xml"][..]), ("uk", &["uk_2026-05/subjects.csv","uk_2026-05/subject_names.csv","uk_2026-05/subject_dobs.csv"][..])] {
        let f = files(root, l); all.add(n, parse(recognize(&f).unwrap(), &f).unwrap().entries);
    }
    println!("all {:?} {:?}", start.elapsed(), all.sources());
    let pos = rows(&format!("{root}/names/yente_positives_un_untreated.csv"));
    let mut found = 0;
    for r in &pos {
        let hits = un.search(&Query { name: r[0].to_string(), kind: Some(Kind::Person), ..Query::default() }, th, 10);
        if hits.is_empty() { let h = un.search(&Query { name: r[0].to_string(), kind: Some(Kind::Person), ..Query::default() }, 0.3, 1); println!("MISS {} {} best {:?}", &r[0], &r[5], h.first().map(|h| (h.score, h.name.clone()))); } else { found += 1; }
    }
    println!("positives {found}/{}", pos.len());
    let mut times = vec![];
    for f in ["yente_negatives_us.csv", "yente_negatives_global.csv"] {
        let neg = rows(&format!("{root}/names/{f}"));
        let mut alerts = 0;
        for r in &neg {
            let t = Instant::now();
            let hits = all.search(&Query { name: r[0].to_string(), kind: Some(Kind::Person), ..Query::default() }, th, 10);
            times.push(t.elapsed());
            if let Some(h) = hits.first() { alerts += 1; println!("ALERT {:.2} {} | {} | {}", h.score, &r[0], h.name, h.list); }
        }
        println!("{f} alerts {alerts}/{}", neg.len());
    }
    times.sort();
    println!("p50 {:?} p99 {:?}", times[times.len()/2], times[times.len()*99/100]);
}
