-- 100 000 partners that exist nowhere: numbers of region 99, names put together from lists. The same every time.
-- Needs the default lists (load_defaults). 3 849 of them are not listed, 1 in 3 has ratings.
DROP INDEX partner_search_trgm;

CREATE TEMP TABLE lists AS SELECT
  string_to_array('Северный Южный Зелёный Белый Красный Синий Новый Старый Тихий Ясный Крепкий Лёгкий Добрый Верный Быстрый
    Дальний Ближний Высокий Широкий Светлый Золотой Медный Каменный Дубовый Кленовый Липовый Сосновый Лесной Речной Горный', ' ') AS first,
  string_to_array('Дом Терем Двор Мастер Кров Камень Фасад Фундамент Контур Купол Мост Очаг Парус Причал Ключ Молот Уголок
    Этаж Балкон Свод Квадрат Проект Каркас Кирпич Венец Конёк Скат Маяк Берег Утёс Клён Ясень Кедр Тополь Вектор Рубеж', ' ') AS second,
  string_to_array('строим ремонтируем утепляем проектируем согласуем привозим собираем красим штукатурим бетонируем быстро
    аккуратно честно надёжно бережно гарантия договор смета рассрочка замер выезд бригада техника склад материалы лиственница
    клееный брус газобетон металлочерепица черепица профнастил утеплитель мембрана стяжка плитка паркет ламинат обои отопление
    радиаторы котельная вентиляция кондиционер проводка щиток розетки водопровод канализация септик скважина забор ворота
    веранда беседка баня сауна бассейн газон дренаж дорожки окна двери витражи', ' ') AS about,
  (SELECT array_agg(id ORDER BY id) FROM partners_category) AS categories,
  (SELECT array_agg(id ORDER BY id) FROM partners_specialisation) AS specialisations,
  (SELECT array_agg(id ORDER BY position, id) FROM partners_region) AS regions;
UPDATE lists SET first = array_remove(first, ''), second = array_remove(second, ''), about = array_remove(about, '');

INSERT INTO partners_city (region_id, name)
SELECT id, 'Посёлок ' || code || '-' || n FROM partners_region, generate_series(1, 12) n;

-- Every company has a word that no other has, as real names do.
CREATE TEMP TABLE made AS
SELECT n,
  first[1 + n % cardinality(first)] || ' ' || second[1 + n / 7 % cardinality(second)] || ' '
    || initcap(translate(substr(md5(n::text), 1, 9), '0123456789abcdef', 'авгдеиклмнопрсту')) AS name,
  (SELECT string_agg(about[1 + (n::bigint * 31 + k * k * 7919) % 6007 % cardinality(about)], ' ') FROM generate_series(1, 24) k) AS about,
  categories[1 + n % cardinality(categories)] AS category_id,
  n * 7919 % 1000 AS chance, n * 104729::bigint % 1000 AS money
FROM generate_series(1, 100000) n, lists;

INSERT INTO partners_partner (code, status, status_reason, name, legal_name, legal_form, inn, ogrn, kpp, director,
  legal_address, address, contact_name, phone, email, website, telegram, language, category_id, radius_km, budget_from,
  budget_to, about, logo, search, rating, ratings, response_rate, verified_at, published_at, updated_at, session_epoch)
SELECT 'P-' || to_char(timestamptz '2026-01-01' + n / 400 * interval '1 day', 'YYMMDD') || '-' || lpad((n % 400 + 1)::text, 4, '0'),
  CASE WHEN n % 50 = 0 THEN 'hidden' WHEN n % 53 = 0 THEN 'closed' ELSE 'active' END, '',
  name, 'ОБЩЕСТВО С ОГРАНИЧЕННОЙ ОТВЕТСТВЕННОСТЬЮ «' || upper(name) || '»', 'ooo',
  (9901000000 + n)::text, (1199900000000 + n)::text, '990101001', '', '', '', '',
  '+7900' || lpad(n::text, 7, '0'), 'partner' || n || '@example.test', '', '', 'ru', category_id, NULL,
  CASE WHEN money < 500 THEN money * 1000 END, CASE WHEN money BETWEEN 300 AND 800 THEN 500000 + money * 9000 END,
  about, '', '', CASE WHEN chance < 330 THEN 2.5 + (n * 31 % 250) / 100.0 END,
  CASE WHEN chance < 330 THEN 1 + n % 80 ELSE 0 END, NULL, timestamptz '2026-11-01',
  timestamptz '2026-01-01' + n * interval '4 minutes', timestamptz '2026-01-01' + n * interval '4 minutes', 0
FROM made ORDER BY n;

-- One to three things each; one region, for one in ten up to five. The first of a list are the commonest.
INSERT INTO partners_partner_specialisations (partner_id, specialisation_id)
SELECT DISTINCT id, specialisations[1 + floor(cardinality(specialisations) * power(id * (7919 + k) % 1000 / 1000.0, 1.6))::int]
FROM partners_partner, lists, generate_series(0, 2) k WHERE k = 0 OR (id + k) % 3 = 0;
INSERT INTO partners_partner_regions (partner_id, region_id)
SELECT DISTINCT id, regions[1 + floor(cardinality(regions) * power(id * (6007 + k) % 1000 / 1000.0, 1.8))::int]
FROM partners_partner, lists, generate_series(0, 4) k WHERE k = 0 OR id % 10 = 0;
INSERT INTO partners_partner_cities (partner_id, city_id)
SELECT DISTINCT ON (place.partner_id) place.partner_id, city.id FROM partners_partner_regions place
JOIN partners_city city USING (region_id) WHERE city.name LIKE '%-' || (1 + place.partner_id % 12)
ORDER BY place.partner_id, city.id;
INSERT INTO partners_partnerservice (partner_id, title, price_from, unit, position)
SELECT id, lists.about[1 + (id * 13 + k) % cardinality(lists.about)] || ' под ключ', 1000 * k, 'м²', k
FROM partners_partner, lists, generate_series(1, 3) k;
ANALYZE;

-- What services.search writes.
UPDATE partners_partner partner SET search = ' ' || regexp_replace(replace(lower(concat_ws(' ',
    partner.name, 'ооо', partner.legal_name, partner.inn, partner.ogrn, partner.code, category.title_ru, category.title_en,
    does.words, sells.words, comes.words, works.words, partner.about)), 'ё', 'е'), '[^[:alnum:]]+', ' ', 'g') || ' '
FROM partners_category category, partners_partner same
  LEFT JOIN (SELECT partner_id, string_agg(title_ru || ' ' || title_en, ' ') words FROM partners_partner_specialisations x
    JOIN partners_specialisation word ON word.id = x.specialisation_id GROUP BY 1) does ON does.partner_id = same.id
  LEFT JOIN (SELECT partner_id, string_agg(title, ' ') words FROM partners_partnerservice GROUP BY 1) sells ON sells.partner_id = same.id
  LEFT JOIN (SELECT partner_id, string_agg(name, ' ') words FROM partners_partner_cities x
    JOIN partners_city city ON city.id = x.city_id GROUP BY 1) comes ON comes.partner_id = same.id
  LEFT JOIN (SELECT partner_id, string_agg(title_ru || ' ' || title_en, ' ') words FROM partners_partner_regions x
    JOIN partners_region word ON word.id = x.region_id GROUP BY 1) works ON works.partner_id = same.id
WHERE category.id = partner.category_id AND same.id = partner.id;
INSERT INTO partners_searchword (word)
SELECT DISTINCT word FROM partners_partner, string_to_table(search, ' ') word
WHERE length(word) BETWEEN 4 AND 40 AND word !~ '^[0-9]+$' ORDER BY 1;

CREATE INDEX partner_search_trgm ON partners_partner USING gin (upper(search) gin_trgm_ops);
