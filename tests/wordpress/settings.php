update_option('siteurl', $address);
update_option('home', $address);
update_option('timezone_string', 'Asia/Almaty');
update_option('posts_per_rss', 50);
update_option('default_comment_status', 'closed');
global $wp_rewrite;
$wp_rewrite->set_permalink_structure('/%year%/%monthnum%/%postname%/');
$wp_rewrite->flush_rules(true);
wp_delete_post(1, true);
