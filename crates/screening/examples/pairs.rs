use bonafide_screening::{index::compare_texts, names::Kind};
fn main() {
    let path = std::env::args().nth(1).unwrap();
    let text = std::fs::read_to_string(path).unwrap();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let mut rows = vec![];
    for r in reader.records() {
        let r = r.unwrap();
        let kind = match &r[1] { "Person" => Kind::Person, "Vessel" => Kind::Vessel, "LegalEntity" => Kind::Unknown, _ => Kind::Organization };
        let s = compare_texts(&r[2], &r[3], kind).score;
        rows.push((s, &r[4] == "true", r[5].to_string(), r[1].to_string(), r[2].to_string(), r[3].to_string()));
    }
    let mut best = (0.0, 0.0, 0.0);
    for i in 30..100 {
        let th = i as f64 / 100.0;
        let tp = rows.iter().filter(|r| r.1 && r.0 >= th).count() as f64;
        let fp = rows.iter().filter(|r| !r.1 && r.0 >= th).count() as f64;
        let fnn = rows.iter().filter(|r| r.1 && r.0 < th).count() as f64;
        let tn = rows.iter().filter(|r| !r.1 && r.0 < th).count() as f64;
        let f1 = 2.0 * tp / (2.0 * tp + fp + fnn);
        let strong = rows.iter().filter(|r| r.1 && r.0 < th && r.2 == "STRONG").count();
        if i % 5 == 0 { println!("{th:.2} f1 {f1:.3} fpr {:.3} strong misses {strong}", fp / (fp + tn)); }
        if f1 > best.0 { best = (f1, th, fp / (fp + tn)); }
    }
    println!("best {best:?}");
    let th: f64 = std::env::args().nth(2).map_or(best.1, |t| t.parse().unwrap());
    rows.sort_by(|a, b| a.0.total_cmp(&b.0));
    for r in rows.iter().filter(|r| r.1 != (r.0 >= th)) {
        println!("{} {:.2} {} {} | {} | {}", if r.1 { "MISS" } else { "FALSE" }, r.0, r.2, r.3, r.4, r.5);
    }
}
