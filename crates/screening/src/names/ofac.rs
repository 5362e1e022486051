//! About the score that the search page of the US Treasury (OFAC Sanctions List Search) gives a pair, 0 to 100: for
//! those who have to explain a difference to it. It compares letters alone (Jaro and Winkler) and so scores
//! strangers highly; nothing here is decided by it.
//!
//! The page's rules are not published. These were found from 164 published scores: the whole strings, the query
//! against a beginning of the listed name as long as itself, or the mean over the query's words of three letters and
//! more of each one's best partner, whichever is highest.

use strsim::jaro_winkler;

/// Words less alike than this count nothing in the mean.
const ALIKE: f64 = 0.7;
/// What the beginning of a longer name is worth beside the whole.
const BEGINNING: f64 = 0.98;

/// The score of a query and one listed name, 0 to 100.
pub fn ofac_score(query: &str, listed: &str) -> u8 {
    let (query, listed) = (words(query), words(listed));
    let (q, t) = (query.join(" "), listed.join(" "));
    if q.is_empty() {
        return 0;
    }
    let beginning: String = t.chars().take(q.chars().count()).collect();
    let mut best = jaro_winkler(&q, &t).max(jaro_winkler(&q, &beginning) * BEGINNING);
    let long: Vec<&String> = query.iter().filter(|w| w.len() > 2).collect();
    if !long.is_empty() {
        let partner = |word: &String| {
            let alike =
                listed.iter().filter(|w| w.len() > 2).map(|w| jaro_winkler(word, w)).fold(0.0, f64::max);
            if alike >= ALIKE { alike } else { 0.0 }
        };
        best = best.max(long.iter().map(|w| partner(w)).sum::<f64>() / long.len() as f64);
    }
    (best * 100.0).round().clamp(0.0, 100.0) as u8
}

fn words(name: &str) -> Vec<String> {
    let plain = name.to_uppercase().replace(['-', '/', '.'], " ");
    let letters = |w: &str| w.chars().filter(|c| c.is_ascii_alphanumeric()).collect::<String>();
    plain.split_whitespace().map(letters).filter(|w| !w.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_scores_are_met_nearly() {
        for (query, listed, score) in [
            ("VLADIMIR PUTIN", "PUTIN, Vladimir", 100u8),
            ("VLADIMIR PUTIN", "VLADIMIR BILIY", 90),
            ("GEORGE BUSH", "HASWANI, George", 50),
            ("XI JINPING", "YANG, Jianping", 97),
            ("J.P. MORGAN", "MORGUN, Oleg Valerevich", 94),
        ] {
            let got = ofac_score(query, listed);
            assert!(got.abs_diff(score) <= 5, "{query} {listed}: {got} for {score}");
        }
        assert_eq!((ofac_score("", ""), ofac_score("", "X"), ofac_score("X", "")), (0, 0, 0));
    }
}
