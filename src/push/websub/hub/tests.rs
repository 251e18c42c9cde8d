use std::collections::VecDeque;

use tokio::task;
use tokio::time::Instant;

use super::*;

const HUB: &str = "https://hub.example/";

/// The wall clock at the start of a test.
const START: Timestamp = Timestamp(1_800_000_000);

const DAY: u64 = 24 * 60 * 60;

/// A hub that answers by a script, and then takes everything.
struct FakeHub {
    began: Instant,
    report: PushReport,
    formats: usize,
    script: Mutex<VecDeque<Reply>>,
    /// When each ping came, and its body.
    pings: Mutex<Vec<(u64, String)>>,
    told: Mutex<Vec<(Arc<str>, Timestamp)>>,
    /// How long it takes to answer.
    takes: Duration,
}

impl HubContext for FakeHub {
    fn now(&self) -> Timestamp {
        START.plus(i64::try_from(self.seconds()).expect("a few days"))
    }

    fn topics(&self, path: &str) -> Vec<String> {
        let topic = |format| format!("https://x.example/{path}.{format}");
        let is_gone = path.starts_with("gone");
        let formats = 0..self.formats * usize::from(!is_gone);
        formats.map(topic).collect()
    }

    async fn send(&self, body: String) -> Reply {
        let seconds = self.seconds();
        self.pings.lock().expect("no panic").push((seconds, body));
        time::sleep(self.takes).await;
        let next = self.script.lock().expect("no panic").pop_front();
        next.unwrap_or(Reply::of_status(202))
    }

    async fn note_told(&self, feeds: Vec<(Arc<str>, Timestamp)>) {
        self.told.lock().expect("no panic").extend(feeds);
    }

    fn report(&self) -> &PushReport {
        &self.report
    }
}

impl FakeHub {
    fn new(script: impl IntoIterator<Item = Reply>) -> FakeHub {
        let report = PushReport::default();
        report.set_targets([PushTarget::Hub(HUB.to_owned())], START);
        FakeHub {
            began: Instant::now(),
            report,
            formats: 1,
            script: Mutex::new(script.into_iter().collect()),
            pings: Mutex::default(),
            told: Mutex::default(),
            takes: Duration::ZERO,
        }
    }

    fn seconds(&self) -> u64 {
        self.began.elapsed().as_secs()
    }

    /// When the pings came.
    fn times(&self) -> Vec<u64> {
        let pings = self.pings.lock().expect("no panic");
        pings.iter().map(|(seconds, _)| *seconds).collect()
    }

    /// How many topics the pings had.
    fn topics_of_pings(&self) -> Vec<usize> {
        let pings = self.pings.lock().expect("no panic");
        let topics = pings
            .iter()
            .map(|(_, body)| body.matches("hub.url=").count());
        topics.collect()
    }

    fn told(&self) -> usize {
        self.told.lock().expect("no panic").len()
    }

    fn record(&self) -> crate::publish::push_report::PushRecord {
        self.report.records().remove(0).1
    }
}

fn failed() -> Reply {
    Reply::of_status(503)
}

fn refused(is_about_topics: bool) -> Reply {
    Reply::of_status(if is_about_topics { 400 } else { 403 })
}

fn feeds(count: usize) -> Vec<Arc<str>> {
    (0..count)
        .map(|number| format!("tags/{number:03}").into())
        .collect()
}

/// Runs a hub that is told of `count` feeds at the start, for `seconds`.
async fn run(context: FakeHub, count: usize, seconds: u64) -> (Arc<Hub>, Arc<FakeHub>) {
    let hub = Arc::new(Hub::new(HUB, BTreeMap::new()));
    let context = Arc::new(context);
    hub.add(&feeds(count), START);
    let (running, outside) = (hub.clone(), context.clone());
    task::spawn(async move { running.run(&*outside).await });
    time::sleep(Duration::from_secs(seconds)).await;
    (hub, context)
}

/// Whether each time is what is scheduled, or up to a fifth of the last wait later.
#[track_caller]
fn assert_times(times: &[u64], waits: &[u64]) {
    assert_eq!(times.len(), waits.len() + 1, "{times:?}");
    for (pair, wait) in times.windows(2).zip(waits) {
        let waited = pair[1] - pair[0];
        assert!((*wait..=wait + wait / 5 + 1).contains(&waited), "{times:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn topics_are_joined_into_pings_of_at_most_fifty() {
    let context = FakeHub {
        formats: 3,
        ..FakeHub::new([])
    };
    let (hub, context) = run(context, 40, 1).await;
    // Sixteen feeds of three formats fit, then again, then eight.
    assert_eq!(context.topics_of_pings(), [48, 48, 24]);
    assert_eq!((context.told(), hub.waiting().len()), (40, 0));
    let record = context.record();
    assert_eq!(record.requests, [3, 0, 0]);
    assert_eq!((record.waiting, record.due_since), (0, None));
    hub.add(&["gone".into(), "all".into()], START);
    time::sleep(Duration::from_secs(1)).await;
    assert_eq!(context.topics_of_pings()[3..], [3]);
}

#[test]
fn form_names_each_topic_and_a_single_one_in_both_ways() {
    let topics = [
        "https://x.example/tags/%D0%B0.rss?a=b&c",
        "https://x.example/all.rss",
    ];
    let topics = topics.map(str::to_owned);
    let first = "hub.url=https%3A%2F%2Fx.example%2Ftags%2F%25D0%25B0.rss%3Fa%3Db%26c";
    assert_eq!(
        body(&topics),
        format!("hub.mode=publish&{first}&hub.url=https%3A%2F%2Fx.example%2Fall.rss")
    );
    assert_eq!(
        body(&topics[1..]),
        "hub.mode=publish&hub.url=https%3A%2F%2Fx.example%2Fall.rss&hub.topic=https%3A%2F%2Fx.example%2Fall.rss"
    );
}

#[tokio::test(start_paused = true)]
async fn hub_that_fails_is_tried_again_after_growing_waits() {
    let script = [failed(), failed(), failed(), failed(), failed()];
    let (hub, context) = run(FakeHub::new(script), 2, 4 * 60 * 60).await;
    assert_times(&context.times(), &[10, 60, 600, 3_600, 3_600]);
    assert_eq!((context.told(), hub.waiting().len()), (2, 0));
    assert_eq!(context.record().requests, [1, 0, 5]);
    // After a success the waits begin anew.
    context.script.lock().expect("no panic").push_back(failed());
    hub.add(&feeds(1), context.now());
    time::sleep(Duration::from_secs(60)).await;
    assert_times(&context.times()[6..], &[10]);
}

#[tokio::test(start_paused = true)]
async fn retry_after_is_honoured() {
    let busy = Reply {
        retry_after: Some(Duration::from_secs(95)),
        ..failed()
    };
    let (_, context) = run(FakeHub::new([busy]), 1, 300).await;
    assert_eq!(context.times(), [0, 95]);
}

#[tokio::test(start_paused = true)]
async fn newest_state_is_told_once_and_given_up_after_a_day() {
    let script = std::iter::repeat_n(failed(), 1_000);
    let (hub, context) = run(FakeHub::new(script), 1, DAY / 2).await;
    // A feed that changes meanwhile waits once, and as long as a new one.
    hub.add(&["all".into()], context.now());
    hub.add(&["all".into()], context.now());
    assert_eq!(hub.waiting().len(), 2);
    time::sleep(Duration::from_secs(DAY / 2 + 2 * 60 * 60)).await;
    assert_eq!((context.told(), hub.waiting().len()), (1, 1));
    time::sleep(Duration::from_secs(DAY)).await;
    assert_eq!((context.told(), hub.waiting().len()), (2, 0));
    // Nothing is sent while nothing waits, and `/readyz` still knows.
    let sent = context.times().len();
    time::sleep(Duration::from_secs(DAY)).await;
    assert_eq!(context.times().len(), sent);
    assert_eq!(context.record().due_since, Some(START));
    // The next change is told at once.
    context.script.lock().expect("no panic").clear();
    hub.add(&["all".into()], context.now());
    time::sleep(Duration::from_secs(1)).await;
    assert_eq!(context.told(), 3);
    assert_eq!(context.record().due_since, None);
}

#[tokio::test(start_paused = true)]
async fn what_a_hub_refuses_is_sent_once() {
    let (hub, context) = run(FakeHub::new([refused(false)]), 200, DAY).await;
    assert_eq!(
        context.topics_of_pings(),
        [50],
        "the other 150 would be refused too"
    );
    assert_eq!((context.told(), hub.waiting().len()), (200, 0));
    hub.add(&feeds(1), context.now());
    time::sleep(Duration::from_secs(1)).await;
    assert_eq!(context.topics_of_pings(), [50, 1]);
}

#[tokio::test(start_paused = true)]
async fn hub_that_takes_one_topic_gets_one_in_each_ping() {
    let context = FakeHub {
        formats: 3,
        ..FakeHub::new([refused(true)])
    };
    let (hub, context) = run(context, 2, 1).await;
    assert_eq!(context.topics_of_pings(), [6, 1, 1, 1, 1, 1, 1]);
    hub.add(&feeds(1), context.now());
    time::sleep(Duration::from_secs(1)).await;
    assert_eq!(
        context.topics_of_pings()[7..],
        [1, 1, 1],
        "it is remembered"
    );
    assert_eq!(context.told(), 3);
}

#[tokio::test(start_paused = true)]
async fn topic_that_a_hub_refuses_costs_itself_and_fifty_in_a_row_end_it() {
    let accepted = || Reply::of_status(204);
    let script = [refused(true), accepted(), refused(true), accepted()];
    let (hub, context) = run(FakeHub::new(script), 3, DAY).await;
    assert_eq!(context.topics_of_pings(), [3, 1, 1, 1]);
    assert_eq!((context.told(), hub.waiting().len()), (3, 0));
    // The three formats of fifteen feeds that it does not know, and of one that it knows.
    let refusals = (0..46).map(|_| refused(true));
    let script = refusals.chain((0..3).map(|_| accepted()));
    let context = FakeHub {
        formats: 3,
        ..FakeHub::new(script)
    };
    let (_, context) = run(context, 16, DAY).await;
    assert_eq!(context.record().requests, [3, 46, 0]);
    let script = std::iter::repeat_n(refused(true), 1_000);
    let (hub, context) = run(FakeHub::new(script), 200, DAY).await;
    assert_eq!(context.topics_of_pings()[..3], [50, 1, 1]);
    assert_eq!(context.record().requests, [0, 51, 0]);
    assert_eq!((context.told(), hub.waiting().len()), (200, 0));
}

#[tokio::test(start_paused = true)]
async fn feed_that_changes_during_a_ping_is_told_again() {
    let context = FakeHub {
        takes: Duration::from_secs(5),
        ..FakeHub::new([])
    };
    let (hub, context) = run(context, 1, 2).await;
    hub.add(&feeds(1), context.now());
    time::sleep(Duration::from_secs(20)).await;
    assert_eq!((context.times(), context.told()), (vec![0, 5], 1));
}

#[tokio::test(start_paused = true)]
async fn what_waited_before_a_restart_is_told_first() {
    let context = Arc::new(FakeHub::new([failed()]));
    let since = START.plus(-3_600);
    let hub = Arc::new(Hub::new(HUB, BTreeMap::from([("all".into(), since)])));
    let (running, outside) = (hub.clone(), context.clone());
    task::spawn(async move { running.run(&*outside).await });
    time::sleep(Duration::from_secs(1)).await;
    assert_eq!(context.record().due_since, Some(since));
    time::sleep(Duration::from_secs(20)).await;
    assert_eq!(context.told(), 1);
}

#[tokio::test(start_paused = true)]
async fn feeds_that_are_gone_are_not_due() {
    let context = Arc::new(FakeHub::new([]));
    let waiting = BTreeMap::from([("gone/a".into(), START.plus(-3_600))]);
    let hub = Arc::new(Hub::new(HUB, waiting));
    let (running, outside) = (hub.clone(), context.clone());
    task::spawn(async move { running.run(&*outside).await });
    time::sleep(Duration::from_secs(1)).await;
    hub.add(&["gone/b".into()], context.now());
    time::sleep(Duration::from_secs(1)).await;
    assert_eq!((context.told(), context.times().len()), (2, 0));
    let record = context.record();
    assert_eq!((record.waiting, record.due_since), (0, None));
}
