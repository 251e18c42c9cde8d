//! The questions for what was not found, each with an answer that Enter takes.

use std::io::{self, BufRead, Read as _};
use std::path::Path;

use super::facts::Fact;
use super::feeds_toml;
use super::plan::Plan;
use crate::text::visible;

/// The longest answer that is read.
const ANSWER_BYTES_MAX: u64 = 4 << 10;

/// Asks for each fact that is not known. An answer that feeds.toml does not take is explained and asked for
/// again; at the end of the input the rest keeps its defaults.
pub(super) fn ask(
    plan: &mut Plan,
    folder: &Path,
    input: &mut impl BufRead,
    say: &mut impl FnMut(&str),
) -> io::Result<()> {
    for fact in Fact::ALL {
        while !plan.facts.is_known(fact) {
            let default = plan.value(fact);
            say(&format!("{} [{}]: ", fact.question(), visible(&default)));
            let Some(answer) = line(input)? else {
                say("\n");
                return Ok(());
            };
            let answer = match answer.trim() {
                "" => default,
                answer => answer.to_owned(),
            };
            let mut answered = plan.clone();
            answered.facts.set(fact, Some(answer));
            match feeds_toml::first_error(&answered, folder) {
                None => *plan = answered,
                Some(problem) => {
                    say(&format!("  {}\n", problem.message));
                    if let Some(hint) = problem.hint {
                        say(&format!("  hint: {hint}\n"));
                    }
                }
            }
        }
    }
    Ok(())
}

/// A line of the input; `None` at its end.
fn line(input: &mut impl BufRead) -> io::Result<Option<String>> {
    let mut bytes = Vec::new();
    let length = input
        .by_ref()
        .take(ANSWER_BYTES_MAX)
        .read_until(b'\n', &mut bytes)?;
    Ok((length > 0).then(|| String::from_utf8_lossy(&bytes).into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::init::facts::Machine;
    use crate::cli::init::plan::{PageLink, SourcePlan};

    fn plan() -> Plan {
        let mut plan = Plan::new(
            "a folder",
            SourcePlan::Directory {
                path: "articles".to_owned(),
                exclude: Vec::new(),
                link: PageLink::Unknown,
            },
            &Machine::of_test(),
        );
        plan.facts.first_year = Some(2019);
        plan.facts
            .set(Fact::TimeZone, Some("Asia/Almaty".to_owned()));
        plan
    }

    fn answered(answers: &str) -> (Plan, String) {
        let (mut plan, mut output) = (plan(), String::new());
        let folder = Path::new("");
        ask(&mut plan, folder, &mut answers.as_bytes(), &mut |text| {
            output += text
        })
        .expect("answers");
        (plan, output)
    }

    fn values(plan: &Plan) -> [String; 7] {
        Fact::ALL.map(|fact| plan.value(fact))
    }

    #[test]
    fn answers_are_taken_and_enter_takes_what_is_in_brackets() {
        let (plan, output) = answered(
            "Дала \"жаңалықтары\"\nhttps://www.dala.example/\nkk\n\n\nhttps://feeds.dala.example/\n",
        );
        assert_eq!(
            values(&plan),
            [
                "Дала \"жаңалықтары\"",
                "https://www.dala.example/",
                "kk",
                "Asia/Almaty",
                "dala.example",
                "2019",
                "https://feeds.dala.example/",
            ]
        );
        assert!(!output.contains("Time zone"), "it is known: {output}");
        assert!(
            output.contains("[dala.example]: ") && output.contains("[2019]: "),
            "{output}"
        );
    }

    #[test]
    fn a_wrong_answer_is_explained_and_asked_for_again() {
        let (plan, output) =
            answered("Дала\ndala.example\nhttps://dala.example/\nrussian language\nru\n\n1889\n");
        assert!(
            output.contains("https://dala.example/"),
            "the hint of feeds.toml: {output}"
        );
        assert_eq!(output.matches("Address of its site").count(), 2, "{output}");
        assert_eq!(output.matches("Language of most").count(), 2, "{output}");
        assert_eq!(output.matches("Year in which").count(), 2, "{output}");
        assert_eq!(plan.value(Fact::Language), "ru");
        assert!(!plan.facts.is_known(Fact::IdYear), "the input ended");
        assert_eq!(plan.value(Fact::IdYear), "2019");
    }

    #[test]
    fn the_end_of_the_input_leaves_defaults() {
        let (plan, _) = answered("");
        assert!(
            Fact::ALL
                .iter()
                .all(|fact| *fact == Fact::TimeZone || !plan.facts.is_known(*fact))
        );
        assert!(feeds_toml::first_error(&plan, Path::new("")).is_none());
    }
}
