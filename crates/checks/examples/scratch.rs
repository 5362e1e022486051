use std::time::Instant;
use bonafide_checks::{document::{mrz, ocr, read, fields}, image::{decode, warp}};
use bonafide_core::document::DocumentType;
fn main() {
    let args: Vec<String> = std::env::args().collect();
    let models = bonafide_weights::load(&bonafide_weights::folder().unwrap(), &bonafide_weights::LoadOptions::from_env().unwrap());
    let today = jiff::civil::date(2026, 11, 21);
    match args[1].as_str() {
        "mrz" => {
            let dir = std::path::Path::new("/work/shared/data/mrz");
            let text = std::fs::read_to_string(dir.join("manifest.tsv")).unwrap();
            let (mut n, mut data, mut all) = (0, 0, 0);
            let mut times = vec![];
            for row in text.lines().skip(1) {
                let c: Vec<&str> = row.split('\t').collect();
                if let Some(f) = args.get(2) { if !c[0].contains(f.as_str()) { continue; } }
                let picture = decode(&std::fs::read(dir.join(c[0])).unwrap()).unwrap();
                let t = Instant::now();
                let (turns, sure) = ocr::upright_turns(&models, &picture.rgb).unwrap();
                let up = warp::quarter_turns(&picture.rgb, turns);
                let boxes = ocr::detect(&models, &up, ocr::LONG_SIDE).unwrap();
                let t1 = t.elapsed();
                let found = mrz::find(&models, &up, &boxes).unwrap();
                times.push(t.elapsed());
                n += 1;
                let truth: Vec<&str> = if c[1] == "none" { vec![] } else { c[2].split('|').collect() };
                let lines: Vec<String> = found.as_ref().map(|f| f.mrz.lines().to_vec()).unwrap_or_default();
                let ok = truth.len() == lines.len() && truth.iter().zip(&lines).all(|(a, b)| a == b);
                let name = found.as_ref().and_then(|f| f.mrz.format().name_line());
                let dok = truth.len() == lines.len() && truth.iter().zip(&lines).enumerate().all(|(i, (a, b))| Some(i) == name || a == b);
                all += usize::from(ok); data += usize::from(dok);
                println!("{} {} turns={turns}({sure:.2}) {}x{} boxes={} det={:?} all={:?} conf={:?} valid={:?} {}", if ok { "OK " } else if dok { "ok " } else { "BAD" }, c[0], picture.rgb.width(), picture.rgb.height(), boxes.len(), t1, t.elapsed(), found.as_ref().map(|f| f.confidence), found.as_ref().map(|f| f.mrz.valid()), c[3]);
                if !ok { for l in &truth { println!("   T {l}"); } for l in &lines { println!("   R {l}"); } }
            }
            times.sort();
            println!("n {n} data {data} all {all} median {:?}", times[times.len() / 2]);
        }
        "lines" => {
            let picture = decode(&std::fs::read(&args[2]).unwrap()).unwrap();
            for l in ocr::read_lines(&models, &picture).unwrap() { println!("{:.2} {:?} {}", l.confidence, l.quad.0.map(|p| [p[0] as i32, p[1] as i32]), l.text); }
        }
        "read" => for f in &args[2..] {
            let picture = decode(&std::fs::read(f).unwrap()).unwrap();
            let t = Instant::now();
            let out = read::read(&models, &picture, None, DocumentType::Unknown, today, 0.85);
            println!("== {f} {:?}", t.elapsed());
            println!("{:?} issuer {:?} corners {:?} portrait {:?}", out.reading.document_type, out.reading.issuer, out.reading.corners, out.reading.portrait.is_some());
            for (n, v) in &out.reading.fields { println!("  {n:?}: {}", v.iter().map(|f| format!("{} ({:?} {:.2})", f.value, f.source, f.confidence)).collect::<Vec<_>>().join(" | ")); }
            for f in &out.findings { println!("  {:?} {:?} {:?} {:?} {:?}", f.check, f.side, f.outcome, f.score, f.reasons.iter().map(|r| r.detail.as_str()).collect::<Vec<_>>()); }
        },
        _ => {}
    }
    let _ = fields::words;
}
