// The posts of a newsroom, with everything that editors do. All of them are about invented places.
$section = fn(string $name, int $parent = 0, array $more = []) =>
    rest('POST', '/wp/v2/categories', ['name' => $name, 'parent' => $parent] + $more)['id'];
$news = $section('Жаңалықтар');
$region = $section('Өңір', $news);
$village = $section('Ауыл', $region, ['slug' => 'auyl']);
$culture = $section('Мәдениет & өнер');
$quoted = $section("O'Neil клубы");
$tag = fn(string $name, string $slug = '') =>
    rest('POST', '/wp/v2/tags', ['name' => $name] + ($slug ? ['slug' => $slug] : []))['id'];
$tags = [$tag('көпір'), $tag('R&D'), $tag('Су тасқыны'), $tag('вода', 'voda'), $tag('вода жизни', 'voda-2'), $tag('C++')];
$author = fn(string $login, string $name) => wp_insert_user(['user_login' => $login, 'user_pass' => 'x',
    'user_email' => "$login@dala.example", 'display_name' => $name, 'role' => 'author']);
$authors = [1, $author('aidana', 'Айдана Сапар'), $author('aidana2', 'Айдана Сапар'), $author('oneil', "Шон O'Нил")];

$canvas = imagecreatetruecolor(640, 360);
$upload = wp_upload_dir();
$pictures = [];
foreach (['koktem', 'ozen'] as $name) {
    $file = $upload['path'] . "/$name.jpg";
    imagejpeg($canvas, $file);
    $picture = wp_insert_attachment(['post_mime_type' => 'image/jpeg', 'post_title' => $name,
        'post_excerpt' => "Сурет: <b>$name</b> &amp; дала", 'post_status' => 'inherit'], $file);
    wp_update_attachment_metadata($picture, wp_generate_attachment_metadata($picture, $file));
    update_post_meta($picture, '_wp_attachment_image_alt', "Бұл $name");
    $pictures[] = $picture;
}

$long = str_repeat('Өзен жағасында жаңа көпір салынып жатыр, оның ұзындығы екі шақырым болады. ', 12);
$bodies = [
    "Бірінші абзац.\n\nЕкінші абзац: $long",
    "<!-- wp:paragraph --><p>Блок: $long</p><!-- /wp:paragraph -->\n<!-- wp:heading --><h2>Бөлім</h2><!-- /wp:heading -->",
    "Сурет астында.\n\n[caption id=\"a\" width=\"300\"]<img src=\"/wp-content/uploads/koktem.jpg\" width=\"300\" height=\"200\" alt=\"көктем\" /> Көктем келді[/caption]\n\nСоңы.",
    "[gallery ids=\"{$pictures[0]},{$pictures[1]}\"]\n\nГалерея туралы сөз.",
    "Тыңдаңыз.\n\n[audio mp3=\"http://dala.example/efir.mp3\"]\n\n$long",
    "[video mp4=\"http://dala.example/efir.mp4\" width=\"640\" height=\"360\"]\n\nКөріңіз.",
    "Көріңіз:\n\nhttps://www.youtube.com/watch?v=abcdefghijk\n\n[embed]https://video.example/1[/embed]",
    "Кіріспе сөз осында тұр.\n\n<!--more-->\n\nҚалғаны: $long",
    "Баға &lt; 5 &amp; «сапа» 5 &gt; 3 – 2 && 3.\n\n<pre>  код\n    шегініс</pre>\n\n1 < 2",
    "Эмодзи 🚀🇰🇿 және \x07 белгі.\n\nжол үзілді\nәрі қарай",
    "",
    "[unknown tag]мәтін[/unknown] [Мы] победим, [1] деді.",
    "<!-- wp:image {\"id\":{$pictures[1]}} --><figure class=\"wp-block-image\"><img src=\"/ozen.jpg\" alt=\"өзен\"/><figcaption>Өзен</figcaption></figure><!-- /wp:image --><!-- wp:list --><ul><li>бір</li><li>екі</li></ul><!-- /wp:list -->",
    "<blockquote>Дәйексөз</blockquote><table><tr><td>1</td><td>2</td></tr></table><iframe src=\"https://map.example/1\"></iframe>",
];
$titles = ['Көпір ашылды', 'Жауын &mdash; «қарсы»', 'Баға < 5 & > 3', '<em>Курсив</em> тақырып', "O'Neil \"айтты\"", 'Су 🚀 келді',
    'Вода и дорога', '10 < 20 &amp; 30', 'Ұзын тақырып: ' . str_repeat('сөз ', 40), "Белгі \x07 бар"];

for ($number = 1; $number <= 200; $number++) {
    $minutes = $number * 97;
    $post = [
        'title' => $titles[$number % count($titles)] . " $number",
        'content' => $bodies[$number % count($bodies)],
        'status' => 'publish',
        'date_gmt' => gmdate('Y-m-d\TH:i:s', strtotime('2026-03-01 00:00:00 UTC') + 60 * $minutes),
        'author' => $authors[$number % count($authors)],
        'categories' => [[$news], [$region], [$village], [$village, $culture], [$culture, $news], [$quoted]][$number % 6],
        'tags' => array_slice($tags, $number % 5, $number % 3),
    ];
    if ($number % 7 === 0) {
        $post['featured_media'] = $pictures[$number % 2];
    }
    if ($number % 11 === 0) {
        $post['excerpt'] = "Қысқаша: <b>$number</b> &amp; басқа.";
    }
    if ($number % 13 === 0) {
        $post['slug'] = "өзен-$number";
    }
    // What no feed shows.
    if ($number === 20) { $post['status'] = 'private'; }
    if ($number === 40) { $post['status'] = 'draft'; }
    if ($number === 60) { $post['status'] = 'future'; $post['date_gmt'] = '2036-01-01T00:00:00'; }
    if ($number === 80) { $post['password'] = 'hush'; $post['content'] = 'Құпия мәтін'; }
    if ($number === 90) { $post['status'] = 'pending'; }
    if ($number === 100) { $post['sticky'] = true; }
    if ($number === 110) { $post['title'] = ''; $post['content'] = 'Тақырыпсыз жазба. Екінші сөйлем.'; }
    $id = rest('POST', '/wp/v2/posts', $post)['id'];
    if ($number === 120) { wp_trash_post($id); }
    if ($number === 130) { $wpdb->update($wpdb->posts, ['guid' => ''], ['ID' => $id]); }
    if ($number === 140) { $wpdb->update($wpdb->posts, ['guid' => 'http://old.example/?post_type=post&#038;p=140'], ['ID' => $id]); }
    if ($number === 150) { add_post_meta($id, 'enclosure', "http://dala.example/150.mp3\n2048\naudio/mpeg"); }
}
echo wp_count_posts()->publish;
