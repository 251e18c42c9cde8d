use super::*;

#[test]
fn pictures_that_are_loaded_late_have_their_address() {
    check(&[
        (
            "<img src='data:image/gif;base64,R0' data-src=/a.jpg alt=Река>",
            "<img src=\"https://dala.example/a.jpg\" alt=\"Река\">",
        ),
        (
            "<img src=/img/blank.gif data-lazy-src=b.jpg>",
            "<img src=\"https://dala.example/news/b.jpg\" alt=\"\">",
        ),
        (
            "<img data-original=//cdn.example/c.jpg class=lazy>",
            "<img src=\"https://cdn.example/c.jpg\" alt=\"\">",
        ),
        (
            "<img src=/small.jpg data-src=/d.jpg>",
            "<img src=\"https://dala.example/d.jpg\" alt=\"\">",
        ),
        (
            "<img src=/e.jpg data-full-src=/e-4000.jpg>",
            "<img src=\"https://dala.example/e.jpg\" alt=\"\">",
        ),
        (
            "<img src=/1x1.png data-hero-src=/f.jpg>",
            "<img src=\"https://dala.example/f.jpg\" alt=\"\">",
        ),
        (
            "<img src=/g.jpg data-src='' data-lazy=true data-original='javascript:x'>",
            "<img src=\"https://dala.example/g.jpg\" alt=\"\">",
        ),
        (
            "<img src='data:image/png;base64,A' data-src='data:image/png;base64,B'>",
            "",
        ),
        (
            "<video data-src=/a.mp4 data-poster=/a.jpg></video>",
            "<video src=\"https://dala.example/a.mp4\" poster=\"https://dala.example/a.jpg\" controls=\"\"></video>",
        ),
    ]);
}

#[test]
fn sets_of_pictures_have_one_that_every_reader_knows() {
    let set = "srcset=\"https://dala.example/a.jpg 320w, https://dala.example/b.jpg 1280w\"";
    let img = format!("<img src=\"https://dala.example/b.jpg\" {set} alt=\"\">");
    let picture = format!(
        "<picture><source {set}><img src=\"https://dala.example/b.jpg\" alt=\"М\"></picture>"
    );
    check(&[
        ("<img srcset='/a.jpg 320w, /b.jpg 1280w'>", &img),
        (
            "<img src=/blank.gif srcset='/a.jpg 320w, /b.jpg 1280w'>",
            &img,
        ),
        (
            "<img src='data:,' data-srcset='/a.jpg 320w, /b.jpg 1280w' data-sizes=auto sizes=auto>",
            &img,
        ),
        (
            "<picture><source data-srcset='/a.jpg 320w, /b.jpg 1280w'><img src=/blank.gif alt=М></picture>",
            &picture,
        ),
    ]);
}

#[test]
fn a_picture_that_stands_in_noscript_too_comes_once() {
    let once = "<img src=\"https://dala.example/a.jpg\" alt=\"А\">";
    for html in [
        "<img src=/a.jpg alt=А><noscript><img src=/a.jpg alt=А></noscript>",
        "<img data-src=/a.jpg><noscript><img src=/a-1024.jpg alt=А></noscript>",
        "<noscript><img src=/a-1024.jpg alt=А></noscript><img data-src=/a.jpg>",
        "<img src=/blank.gif><noscript><img src=/a.jpg alt=А></noscript>",
        "<img src='data:image/svg+xml,x' alt=А><noscript><img src=/a.jpg></noscript>",
        "<img src=/small.jpg class='lazy loading'><noscript><img src=/a.jpg alt=А></noscript>",
        "<img src=/a.jpg alt=А><noscript><img src=/a-1024x768.jpg alt=А></noscript>",
        "<noscript><img src=/a.jpg alt=А>Включите скрипты</noscript>",
        "<noscript><style>p{}</style><img src=/a.jpg alt=А></noscript>",
    ] {
        assert_eq!(sanitized(html), once, "{html}");
    }
    let counters = [
        "<noscript><div><img src=https://mc.example/watch/1 style='position:absolute; left:-9999px'></div></noscript>",
        "<noscript><img height=1 width=1 style=display:none src=https://x.example/tr?id=1></noscript>",
        "<img src=https://x.example/count.gif width=1 height=1>",
    ];
    for counter in counters {
        assert_eq!(sanitized(&format!("{once}{counter}")), once, "{counter}");
    }
    for two in [
        "<img src=/a.jpg><p>б</p><noscript><img src=/b.jpg></noscript>",
        "<noscript><img src=/a.jpg></noscript><img data-src=/b.jpg>",
        "<img data-src=/b.jpg><noscript><img src=/a.jpg></noscript>",
        "<noscript><img src=/photo-1.jpg></noscript><img data-src=/photo-2.jpg>",
        "<noscript><img src=/a.jpg></noscript><img src=/b.jpg class=lazy>",
        "<noscript><img src='/img?id=1'></noscript><img data-src='/img?id=2'>",
        "<img data-src=/b.jpg><noscript><img src=/a.jpg></noscript><img data-src=/a-640.jpg>",
    ] {
        let safe = sanitized(two);
        assert_eq!(safe.matches("<img").count(), 2, "{two}: {safe}");
    }
}

#[test]
fn pictures_of_sound_and_videos_are_none() {
    let video = "<video src=\"https://dala.example/a.mp4\" controls=\"\"></video>";
    let link = "<p><a href=\"https://www.youtube.com/watch?v=a\">YouTube</a></p>";
    check(&[
        ("<img src=/a.mp4>", video),
        ("<img src=' /a.mp4\n'>", video),
        ("<img srcset='/a.mp4 1x'>", video),
        ("<img src=data:, data-src=//youtu.be/a>", link),
        ("<img srcset='//youtu.be/a 2x' alt=' '>", link),
    ]);
    for html in [video, link] {
        assert_eq!(sanitized(html), html);
    }
}

#[test]
fn sizes_are_positive_whole_numbers() {
    for (size, expected) in [
        ("640", Some("640")),
        (" 640px ", Some("640")),
        ("640.5", Some("640")),
        ("100%", None),
        ("0", None),
        ("-1", None),
        ("auto", None),
        ("", None),
        ("99999999999", None),
        ("+5", None),
    ] {
        let attribute = expected.map_or(String::new(), |size| format!(" width=\"{size}\""));
        let img = format!("<img src=\"https://x.example/a\"{attribute} alt=\"\">");
        let html = format!("<img src=https://x.example/a width='{size}' alt=''>");
        assert_eq!(sanitized(&html), img, "{size:?}");
    }
}

#[test]
fn players_can_be_started() {
    check(&[
        (
            "<video src=/a.mp4 autoplay loop muted playsinline></video>",
            "<video src=\"https://dala.example/a.mp4\" controls=\"\"></video>",
        ),
        (
            "<audio controls><source src=/a.mp3 type=audio/mpeg></audio>",
            "<audio controls=\"\"><source src=\"https://dala.example/a.mp3\" type=\"audio/mpeg\"></audio>",
        ),
    ]);
}

#[test]
fn what_is_left_out_is_counted() {
    for (html, frames, scripts, pictures) in [
        ("<iframe></iframe><iframe srcdoc=x></iframe>", 2, 0, 0),
        ("<embed src=about:blank>", 1, 0, 0),
        ("<img><img src='data:image/png;base64,A'>", 0, 0, 2),
        (
            "<script src=https://quiz.example/embed.js></script>",
            0,
            1,
            0,
        ),
        (
            "<script async src=//platform.twitter.com/widgets.js></script>",
            0,
            0,
            0,
        ),
        (
            "<script src=/js/site.js></script><script>x()</script>",
            0,
            0,
            0,
        ),
        ("<script>VK.Widgets.Poll('a', {}, '1_2')</script>", 0, 1, 0),
        (
            "<div id=vk_post_-7_8></div><script>VK.Widgets.Post('vk_post_-7_8')</script>",
            0,
            0,
            0,
        ),
        (
            "<script>VK.Widgets.Comments('a', {limit: 5})</script>",
            0,
            0,
            0,
        ),
        (
            "<script>!function (d, id, did) { OK.CONNECT.insertShareWidget(id,did) }(document,'a','b')</script>",
            0,
            0,
            0,
        ),
        (
            "<script>OK.CONNECT.insertPostWidget('a', '77')</script>",
            0,
            1,
            0,
        ),
        (
            "<script src=https://widgets.example/w.js></script><script>new DGWidgetLoader({\"pos\": {}})</script>",
            0,
            2,
            0,
        ),
        (
            "<script>document.write('<iframe src=//x.example></iframe>')</script>",
            0,
            1,
            0,
        ),
        ("<script>new YT.Player('frame')</script>", 0, 0, 0),
        (
            "<script>(function(d){var s=d.createElement('script'); // x\ns.src='https://quiz.example/embed.js?id=1';d.body.append(s)})(document)</script>",
            0,
            1,
            0,
        ),
        (
            "<script>(function(m,e){k=e.createElement(t);k.src=r})(window, document, 'https://mc.yandex.ru/metrika/tag.js', 'ym')</script>",
            0,
            0,
            0,
        ),
        (
            "<script async src=//assets.pinterest.com/js/pinit.js></script>",
            0,
            0,
            0,
        ),
        (
            "<img src=/blank.gif><noscript><img src=/a.jpg></noscript>",
            0,
            0,
            0,
        ),
        (
            "<iframe width=0 height=0 hidden></iframe><p hidden><img></p>",
            0,
            0,
            0,
        ),
    ] {
        let markup = Markup::read(html).expect("little HTML");
        let (_, dropped) = sanitize(&markup, page().as_ref()).expect("safe HTML");
        let expected = Omissions {
            frames,
            scripts,
            pictures,
        };
        assert_eq!(dropped, expected, "{html}");
        let kinds = [frames, scripts, pictures]
            .iter()
            .filter(|count| **count > 0)
            .count();
        assert_eq!(dropped.reasons().count(), kinds, "{html}");
    }
}
