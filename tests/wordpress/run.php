<?php
// Loads the site in the folder that the first argument names, and runs the code on standard input as its
// administrator. With `install` as the second argument, the site is installed first.
[, $folder, $address] = $argv;
$host = parse_url($address, PHP_URL_HOST) . ':' . parse_url($address, PHP_URL_PORT);
$_SERVER += ['HTTP_HOST' => $host, 'SERVER_NAME' => $host, 'REQUEST_URI' => '/', 'REQUEST_METHOD' => 'GET',
    'SERVER_PROTOCOL' => 'HTTP/1.1', 'REMOTE_ADDR' => '127.0.0.1'];
$installs = ($argv[3] ?? '') === 'install';
if ($installs) {
    define('WP_INSTALLING', true);
}
require "$folder/wp-load.php";
require_once ABSPATH . 'wp-admin/includes/admin.php';
if ($installs) {
    require_once ABSPATH . 'wp-admin/includes/upgrade.php';
    add_filter('pre_wp_mail', '__return_true');
    wp_install('Дала', 'editor', 'editor@dala.example', true, '', 'a password');
}
wp_set_current_user(1);
eval(stream_get_contents(STDIN));

/** Calls the REST interface as the administrator. */
function rest(string $method, string $route, array $body = []): array
{
    $request = new WP_REST_Request($method, $route);
    foreach ($body as $name => $value) {
        $request->set_param($name, $value);
    }
    $answer = rest_do_request($request);
    if ($answer->is_error()) {
        fwrite(STDERR, "$method $route: " . json_encode($answer->get_data(), JSON_UNESCAPED_UNICODE) . "\n");
        exit(1);
    }
    return $answer->get_data();
}
