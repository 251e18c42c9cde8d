-- Three articles to see something at once. Write your own: taspa serves them in a moment.

INSERT INTO articles (slug, title, summary, section, tags, authors, lang, content_html, published_at) VALUES
('step-ozero', 'В степи под Бесколем появилось озеро',
 'Весенняя вода нашла старое русло, и на карте района стало на одно озеро больше.',
 'Регионы', '{вода,степь}', '{Тимур Ахметов}', 'ru',
 '<p>Весенняя вода нашла старое русло, и на карте района стало на одно озеро больше.</p><p>Рыбы в нём пока нет, зато прилетели пеликаны.</p>',
 now() - interval '2 days'),
('kitap-keruen', 'Кітап керуені Сарысуға жетті',
 'Төрт жүк көлігі ауыл мектептеріне екі мың кітап жеткізді.',
 'Қоғам', '{кітап,мектеп}', '{Айгерім Сапарова}', 'kk',
 '<p>Төрт жүк көлігі ауыл мектептеріне екі мың кітап жеткізді.</p><p>Келесі сапар қазанда болады.</p>',
 now() - interval '1 day'),
('night-train', 'The night train gets a library car',
 'Passengers between Almaty and Mangystau may borrow a book at one end and return it at the other.',
 'Culture', '{railway,books}', '{English Desk}', 'en',
 '<p>Passengers between Almaty and Mangystau may borrow a book at one end and return it at the other.</p>',
 now() - interval '1 hour');
