use std::time::Duration;

use super::*;
use crate::testkit::cpu_time;

/// The link that stands for `html`, without the paragraph around it.
fn link(html: &str) -> (String, String) {
    let safe = sanitized(html);
    let link = safe
        .strip_prefix("<p><a href=\"")
        .and_then(|rest| rest.strip_suffix("</a></p>"));
    let parts = link.and_then(|link| link.split_once("\">"));
    let (address, label) = parts.unwrap_or_else(|| panic!("{html}: {safe}"));
    (address.replace("&amp;", "&"), label.to_owned())
}

#[test]
fn frames_become_links_to_the_page_of_what_they_show() {
    for (src, address, label) in [
        (
            "https://www.youtube.com/embed/ID?rel=0",
            "https://www.youtube.com/watch?v=ID",
            "YouTube",
        ),
        (
            "//www.youtube-nocookie.com/embed/ID?start=30",
            "https://www.youtube.com/watch?v=ID&t=30",
            "YouTube",
        ),
        (
            "https://www.youtube.com/embed/videoseries?list=PL1",
            "https://www.youtube.com/playlist?list=PL1",
            "YouTube",
        ),
        (
            "https://player.vimeo.com/video/12?h=ab3",
            "https://vimeo.com/12/ab3",
            "Vimeo",
        ),
        (
            "https://www.dailymotion.com/embed/video/x8",
            "https://www.dailymotion.com/video/x8",
            "Dailymotion",
        ),
        (
            "https://geo.dailymotion.com/player/x.html?video=x8",
            "https://www.dailymotion.com/video/x8",
            "Dailymotion",
        ),
        (
            "https://rutube.ru/play/embed/0af1/",
            "https://rutube.ru/video/0af1/",
            "Rutube",
        ),
        (
            "https://vk.com/video_ext.php?oid=-22&id=456&hd=2",
            "https://vk.com/video-22_456",
            "VK",
        ),
        (
            "https://vkvideo.ru/video_ext.php?oid=-22&id=456",
            "https://vkvideo.ru/video-22_456",
            "VK Video",
        ),
        ("//ok.ru/videoembed/77", "https://ok.ru/video/77", "OK"),
        (
            "https://dzen.ru/embed/vAb?from_block=partner",
            "https://dzen.ru/embed/vAb?from_block=partner",
            "Dzen",
        ),
        (
            "https://t.me/akim/15?embed=1&userpic=true",
            "https://t.me/akim/15",
            "Telegram",
        ),
        (
            "https://t.me/akim/15?embed=1&single=1",
            "https://t.me/akim/15?single=1",
            "Telegram",
        ),
        (
            "https://www.instagram.com/reel/Cx/embed/captioned/",
            "https://www.instagram.com/reel/Cx/",
            "Instagram",
        ),
        (
            "https://www.facebook.com/plugins/video.php?height=314&href=https%3A%2F%2Fwww.facebook.com%2Fakim%2Fvideos%2F1%2F",
            "https://www.facebook.com/akim/videos/1/",
            "Facebook",
        ),
        (
            "https://www.tiktok.com/embed/v2/7",
            "https://www.tiktok.com/embed/v2/7",
            "TikTok",
        ),
        (
            "https://platform.twitter.com/embed/Tweet.html?id=99",
            "https://x.com/i/status/99",
            "X",
        ),
        (
            "https://w.soundcloud.com/player/?url=https%3A//soundcloud.com/dala/zhyr&color=ff",
            "https://soundcloud.com/dala/zhyr",
            "SoundCloud",
        ),
        (
            "https://open.spotify.com/embed/track/4u?utm_source=g",
            "https://open.spotify.com/track/4u",
            "Spotify",
        ),
        (
            "https://embed.podcasts.apple.com/kz/podcast/id1?i=2",
            "https://podcasts.apple.com/kz/podcast/id1",
            "Apple Podcasts",
        ),
        (
            "https://music.yandex.ru/iframe/album/1/track/2",
            "https://music.yandex.ru/album/1/track/2",
            "Yandex Music",
        ),
        (
            "https://www.google.com/maps/embed?pb=!1m18!2d76.92!3d43.23!5e0",
            "https://www.google.com/maps/search/?api=1&query=43.23%2C76.92",
            "Google Maps",
        ),
        (
            "https://www.google.com/maps/embed/v1/place?key=k&q=Almaty",
            "https://www.google.com/maps/search/?api=1&query=Almaty",
            "Google Maps",
        ),
        (
            "https://yandex.ru/map-widget/v1/?um=constructor%3Aab&source=constructor",
            "https://yandex.ru/maps/?um=constructor%3Aab&source=constructor",
            "Yandex Maps",
        ),
        (
            "https://www.openstreetmap.org/export/embed.html?bbox=1,2,3,4&marker=2.5,1.5",
            "https://www.openstreetmap.org/?bbox=1%2C2%2C3%2C4&mlat=2.5&mlon=1.5",
            "OpenStreetMap",
        ),
        (
            "https://makemap.2gis.com/widget?data=x",
            "https://makemap.2gis.com/widget?data=x",
            "2GIS",
        ),
        (
            "https://datawrapper.dwcdn.net/aB1/3/",
            "https://datawrapper.dwcdn.net/aB1/3/",
            "Datawrapper",
        ),
        (
            "https://flo.uri.sh/visualisation/5/embed",
            "https://public.flourish.studio/visualisation/5/",
            "Flourish",
        ),
        (
            "/pdfjs/web/viewer.html?file=%2Ffiles%2Fplan.pdf",
            "https://dala.example/files/plan.pdf",
            "plan.pdf",
        ),
        (
            "https://docs.google.com/viewer?url=https%3A%2F%2Fx.example%2Fa.docx&embedded=true",
            "https://x.example/a.docx",
            "a.docx",
        ),
        (
            "https://docs.google.com/forms/d/e/1F/viewform?embedded=true",
            "https://docs.google.com/forms/d/e/1F/viewform",
            "Google Docs",
        ),
        (
            "https://reader.example/show?doc=https://x.example/b.pdf",
            "https://x.example/b.pdf",
            "b.pdf",
        ),
        (
            "https://www.elections.example/turnout",
            "https://www.elections.example/turnout",
            "elections.example",
        ),
        (
            "https://notyoutube.com/embed/a",
            "https://notyoutube.com/embed/a",
            "notyoutube.com",
        ),
        (
            "https://youtube.com.evil.example/embed/a",
            "https://youtube.com.evil.example/embed/a",
            "youtube.com.evil.example",
        ),
    ] {
        let html = format!("<iframe src=\"{src}\"></iframe>");
        assert_eq!(link(&html), (address.to_owned(), label.to_owned()), "{src}");
        let titled = format!(
            "<iframe data-src=\"{src}\" src=about:blank title=' Явка  по\nобластям'></iframe>"
        );
        assert_eq!(
            link(&titled),
            (address.to_owned(), "Явка по областям".to_owned()),
            "{src}"
        );
    }
}

#[test]
fn posts_become_links_unless_they_have_one() {
    for (html, address) in [
        (
            "<script async src='https://telegram.org/js/telegram-widget.js?22' data-telegram-post=akim_step/15></script>",
            "https://t.me/akim_step/15",
        ),
        (
            "<script src=https://gist.github.com/aida/0a1.js></script>",
            "https://gist.github.com/aida/0a1",
        ),
        (
            "<script src=https://datawrapper.dwcdn.net/aB1/embed.js></script>",
            "https://datawrapper.dwcdn.net/aB1/",
        ),
        (
            "<script src='https://api-maps.yandex.ru/services/constructor/1.0/js/?um=constructor%3Aab&width=100%25'></script>",
            "https://yandex.ru/maps/?um=constructor%3Aab",
        ),
        (
            "<object data=/doc.pdf><p>Нет просмотра</p></object>",
            "https://dala.example/doc.pdf",
        ),
        (
            "<embed src=doc.pdf type=application/pdf>",
            "https://dala.example/news/doc.pdf",
        ),
        (
            "<amp-iframe src=https://x.example/a></amp-iframe>",
            "https://x.example/a",
        ),
        (
            "<lite-youtube videoid=ID></lite-youtube>",
            "https://www.youtube.com/watch?v=ID",
        ),
        (
            "<amp-vimeo data-videoid=12></amp-vimeo>",
            "https://vimeo.com/12",
        ),
        (
            "<amp-instagram data-shortcode=Cx></amp-instagram>",
            "https://www.instagram.com/p/Cx/",
        ),
        (
            "<amp-twitter data-tweetid=99></amp-twitter>",
            "https://x.com/i/status/99",
        ),
        (
            "<script id=infogram_0_0af1 title=Явка src=//e.infogram.com/js/embed.js></script>",
            "https://e.infogram.com/0af1",
        ),
        (
            "<script>VK.Widgets.Post(\"vk_1\", -22, 456, 'h_1', {width: 500});</script>",
            "https://vk.com/wall-22_456",
        ),
        (
            "<script>VK.Widgets.Playlist('vk_2', -22, 7, 'h')</script>",
            "https://vk.com/music/playlist/-22_7",
        ),
        (
            "<script>VK.Widgets.Article('vk_3', '@dala-most');</script>",
            "https://vk.com/@dala-most",
        ),
        (
            "<script>VK.Widgets.Group(\"vk_4\", {mode: 3, width: \"auto\"}, 123);</script>",
            "https://vk.com/club123",
        ),
        (
            "<script>!function (d, id, did, st) { setTimeout(function () { OK.CONNECT.insertGroupWidget(id,did,st); }, 0) }(document,\"ok_1\",\"505\",'{\"width\":250}');</script>",
            "https://ok.ru/group/505",
        ),
        (
            "<script>OK.CONNECT.insertPostWidget('ok_2', '505/topic/77', '{}');</script>",
            "https://ok.ru/group/505/topic/77",
        ),
        (
            "<script>twttr.widgets.createTweet('99', box)</script>",
            "https://x.com/i/status/99",
        ),
        (
            "<script>new YT.Player('box', { height: 1, videoId: 'ID' })</script>",
            "https://www.youtube.com/watch?v=ID",
        ),
        (
            "<script>jwplayer('box').setup({\"image\": \"/a.jpg\", \"file\": \"/a.mp4\"})</script>",
            "https://dala.example/a.mp4",
        ),
    ] {
        assert_eq!(link(html).0, address, "{html}");
    }
    check(&[
        (
            "<blockquote class=instagram-media data-instgrm-permalink=https://www.instagram.com/p/a/?utm_source=ig></blockquote>",
            "<blockquote><p><a href=\"https://www.instagram.com/p/a/?utm_source=ig\">Instagram</a></p></blockquote>",
        ),
        (
            "<blockquote class=instagram-media data-instgrm-permalink=https://www.instagram.com/p/a/><a href='https://www.instagram.com/p/a/?utm_source=ig_embed'>Пост</a></blockquote>",
            "<blockquote><a href=\"https://www.instagram.com/p/a/?utm_source=ig_embed\">Пост</a></blockquote>",
        ),
        (
            "<div class='fb-video' data-href=https://www.facebook.com/a/videos/1/><div></div></div>",
            "<div><div></div><p><a href=\"https://www.facebook.com/a/videos/1/\">Facebook</a></p></div>",
        ),
        (
            "<blockquote class=tiktok-embed cite=https://www.tiktok.com/@a/video/1><a href=https://www.tiktok.com/@a>@a</a></blockquote>",
            "<blockquote cite=\"https://www.tiktok.com/@a/video/1\"><a href=\"https://www.tiktok.com/@a\">@a</a><p><a href=\"https://www.tiktok.com/@a/video/1\">TikTok</a></p></blockquote>",
        ),
        (
            "<blockquote class=twitter-tweet><p>Сөз</p>— А (@a) <a href=https://twitter.com/a/status/1>2 мая</a></blockquote>",
            "<blockquote><p>Сөз</p>— А (@a) <a href=\"https://twitter.com/a/status/1\">2 мая</a></blockquote>",
        ),
        (
            "<blockquote class=twitter-tweet><a href=https://twitter.com/a/status/1></a></blockquote>",
            "<blockquote><a href=\"https://twitter.com/a/status/1\">X</a></blockquote>",
        ),
        (
            "<a data-pin-do=embedPin href='https://www.pinterest.com/pin/99/'></a><script async src=//assets.pinterest.com/js/pinit.js></script>",
            "<a href=\"https://www.pinterest.com/pin/99/\">Pinterest</a>",
        ),
        (
            "<div class=infogram-embed data-id=0af1-x data-type=interactive data-title='Явка по областям'></div><script>!function(e,i){}(document,'infogram-async')</script>",
            "<div><p><a href=\"https://e.infogram.com/0af1-x\">Явка по областям</a></p></div>",
        ),
        (
            "<div class=youtube data-embed=ID><div class=play-button></div></div>",
            "<div><div></div><p><a href=\"https://www.youtube.com/watch?v=ID\">YouTube</a></p></div>",
        ),
        (
            "<div class='x youtube-player' data-id=ID></div>",
            "<div><p><a href=\"https://www.youtube.com/watch?v=ID\">YouTube</a></p></div>",
        ),
        (
            "<div class=rll-youtube-player data-src=https://www.youtube.com/embed/ID data-id=ID></div><noscript><iframe src=https://www.youtube.com/embed/ID></iframe></noscript>",
            "<div><p><a href=\"https://www.youtube.com/watch?v=ID\">YouTube</a></p></div>",
        ),
        (
            "<div data-plyr-provider=vimeo data-plyr-embed-id=12></div>",
            "<div><p><a href=\"https://vimeo.com/12\">Vimeo</a></p></div>",
        ),
        ("<div class=news data-id=ID>а</div>", "<div>а</div>"),
        (
            "<div id=vk_post_-7_8></div><script>VK.Widgets.Post('vk_post_-7_8', -7, 8, 'h')</script>",
            "<div><p><a href=\"https://vk.com/wall-7_8\">VK</a></p></div>",
        ),
        (
            "<div id=vk_post_-7_8></div><script>VK.Widgets.Post('vk_post_-7_8')</script>",
            "<div><p><a href=\"https://vk.com/wall-7_8\">VK</a></p></div>",
        ),
    ]);
}

#[test]
fn a_frame_stands_where_it_stood_and_only_once() {
    check(&[
        (
            "<p>Видео: <iframe src=//player.vimeo.com/video/1><p>нет</p></iframe></p>",
            "<p>Видео: <a href=\"https://vimeo.com/1\">Vimeo</a></p>",
        ),
        (
            "<p><iframe src=https://youtu.be/a></iframe><iframe src=https://youtu.be/b></iframe></p>",
            "<p><a href=\"https://www.youtube.com/watch?v=a\">YouTube</a> <a href=\"https://www.youtube.com/watch?v=b\">YouTube</a></p>",
        ),
        (
            "<iframe src=https://www.youtube.com/embed/a></iframe><p><a href=https://youtu.be/a>Видео</a></p>",
            "<p><a href=\"https://youtu.be/a\">Видео</a></p>",
        ),
        (
            "<iframe data-src=https://x.example/a></iframe><noscript><iframe src=https://x.example/a></iframe></noscript>",
            "<p><a href=\"https://x.example/a\">x.example</a></p>",
        ),
        (
            "<object data=a.pdf><embed src=a.pdf></object>",
            "<p><a href=\"https://dala.example/news/a.pdf\">a.pdf</a></p>",
        ),
        (
            "<object data=a.svg type=image/svg+xml title=План>нет</object>",
            "<img src=\"https://dala.example/news/a.svg\" alt=\"План\">",
        ),
    ]);
}

#[test]
fn frames_that_nobody_sees_go() {
    for html in [
        "<iframe src=https://x.example/ width=1 height=1></iframe>",
        "<iframe src=https://x.example/ height=0></iframe>",
        "<iframe src=https://x.example/ style='width:1px'></iframe>",
        "<iframe src=https://x.example/ style='display:none'></iframe>",
        "<iframe src=https://x.example/ hidden></iframe>",
        "<noscript><iframe src=https://x.example/ns.html height=0 width=0 style='display:none;visibility:hidden'></iframe></noscript>",
        "<iframe src='javascript:\"https://youtube.com\"'></iframe>",
        "<iframe srcdoc='<script>x</script>'></iframe>",
    ] {
        assert_eq!(sanitized(html), "", "{html}");
    }
    let grows = "<iframe src=https://x.example/ style='width:0; min-width:100%'></iframe>";
    assert_eq!(link(grows).0, "https://x.example/");
}

#[test]
fn an_empty_link_that_only_the_tree_builder_makes_has_its_words() {
    let link = "<a href=\"https://t.me/a/1\">Telegram</a>";
    for (html, expected) in [
        (
            "<div><a href=https://t.me/a/1></div>",
            format!("<div>{link}</div>"),
        ),
        (
            "<blockquote><a href=https://t.me/a/1></blockquote> <a href=/b>б</a>",
            format!(
                "<blockquote>{link}</blockquote><a href=\"https://t.me/a/1\"> </a><a href=\"https://dala.example/b\">б</a>"
            ),
        ),
    ] {
        assert_eq!(sanitized(html), expected, "{html}");
        assert_eq!(sanitized(&expected), expected);
    }
}

#[test]
fn hostile_scripts_take_little_time() {
    // Without optimization, linear work takes a tenth of this, and quadratic work a multiple.
    const TIME_MAX: Duration = Duration::from_millis(1500);
    for seed in [
        "createElement//",
        "createElement \"https://a.example/",
        "createElement '//a.js'",
        "VK.Widgets.Post(",
        "OK.CONNECT.insertGroupWidget(document,",
        "jwplayer(file",
        "document.write('<iframe",
        "x",
    ] {
        let code = seed.repeat(CODE_BYTES / seed.len());
        let html = format!("<script>{code}</script>").repeat(20);
        let took = cpu_time(|| drop(read(&html)));
        assert!(took < TIME_MAX, "{seed:?} took {took:?}");
    }
}

/// Roughly as much code of one script as is read.
const CODE_BYTES: usize = 16 << 10;
