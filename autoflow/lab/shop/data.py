"""What the demo shop sells, how its site is laid out, and who its customers are."""

from __future__ import annotations

from typing import NamedTuple

SITE = "https://shop.example"


class Product(NamedTuple):
    """Something on the shelf; the price is in pence, `weight` says how often it is looked at."""

    path: str
    title: str
    category: str
    pence: int
    weight: int


class Page(NamedTuple):
    """Where a visit may begin or end, beside the products."""

    path: str
    title: str
    weight: int


class Referrer(NamedTuple):
    """Where a visitor came from."""

    url: str
    weight: int


class Place(NamedTuple):
    """Where customers live: names as they write them, each with the Latin handle of their mail address."""

    weight: int
    country: str
    city: str
    timezone: str
    language: str
    first_names: tuple[tuple[str, str], ...]
    last_names: tuple[tuple[str, str], ...]


PRODUCTS = (
    Product("/products/house-no-4", "House No. 4, 250 g", "coffee", 1_050, 26),
    Product("/products/guji", "Guji, washed, 250 g", "coffee", 1_375, 17),
    Product("/products/night-shift", "Night Shift decaf, 250 g", "coffee", 1_125, 9),
    Product("/products/sampler", "Sampler, four bags", "coffee", 2_450, 9),
    Product("/products/house-no-4-kilo", "House No. 4, 1 kg", "coffee", 3_400, 8),
    Product("/products/paper-filters", "Paper filters, 100", "accessories", 650, 8),
    Product("/products/cone-02", "Cone 02 dripper", "brewing", 2_400, 6),
    Product("/products/kettle-k1", "K1 gooseneck kettle", "brewing", 9_500, 5),
    Product("/products/scale", "Brew scale with timer", "brewing", 5_900, 4),
    Product("/products/grinder-g40", "G40 hand grinder", "grinders", 18_900, 5),
    Product("/products/x200", "Kestrel X200 espresso machine", "machines", 64_900, 2),
    Product("/products/x200-pro", "Kestrel X200 Pro, plumbed in", "machines", 98_900, 1),
)
MACHINES = tuple(product for product in PRODUCTS if product.category == "machines")
# What goes into a parcel: coffee mostly, gear now and then; machines are ordered on their own.
PARCELS = tuple(
    product._replace(weight=product.weight * 3) if product.category == "coffee" else product
    for product in PRODUCTS
    if product.category != "machines"
)

DOORS = (
    Page("/", "Morrow & Kettle", 40),
    Page("/collections/beans", "This week's coffees", 30),
    Page("/collections/gear", "Brewing gear", 14),
    Page("/guides/first-brew", "Your first brew", 10),
    Page("/guides/water", "The water makes the cup", 6),
)
CART = Page("/cart", "Your basket", 0)
REFERRERS = (
    Referrer("", 42),
    Referrer("https://www.google.com/", 30),
    Referrer("https://www.instagram.com/", 13),
    Referrer("https://duckduckgo.com/", 7),
    Referrer("https://baristas.example/", 8),
)

# How often people visit: Monday first, and by hour of their own day.
WEEKDAYS = (15, 14, 13, 13, 12, 17, 20)
HOURS = (2, 1, 1, 1, 1, 3, 10, 22, 28, 26, 30, 33, 40, 36, 30, 28, 29, 33, 40, 52, 58, 50, 32, 12)

PLACES = (
    Place(
        52,
        "GB",
        "Bristol",
        "Europe/London",
        "en",
        (
            ("Olivia", "olivia"),
            ("Harry", "harry"),
            ("Amelia", "amelia"),
            ("Rhys", "rhys"),
            ("Isla", "isla"),
            ("Zoë", "zoe"),
            ("Callum", "callum"),
            ("Priya", "priya"),
            ("Mohammed", "mohammed"),
            ("Siân", "sian"),
            ("George", "george"),
            ("Temi", "temi"),
        ),
        (
            ("Harris", "harris"),
            ("O’Connor", "oconnor"),
            ("Bennett", "bennett"),
            ("Patel", "patel"),
            ("Llewellyn", "llewellyn"),
            ("Adeyemi", "adeyemi"),
            ("Fraser", "fraser"),
            ("Whitcombe", "whitcombe"),
            ("Begum", "begum"),
            ("Carter-Jones", "carter-jones"),
        ),
    ),
    Place(
        7,
        "IE",
        "Cork",
        "Europe/Dublin",
        "en",
        (("Aoife", "aoife"), ("Cillian", "cillian"), ("Niamh", "niamh"), ("Seán", "sean")),
        (("Ní Bhriain", "nibhriain"), ("Murphy", "murphy"), ("Ó Súilleabháin", "osullivan")),
    ),
    Place(
        9,
        "US",
        "Portland",
        "America/Los_Angeles",
        "en",
        (("Ana", "ana"), ("Jordan", "jordan"), ("Maya", "maya"), ("Tyler", "tyler")),
        (("Nguyen", "nguyen"), ("Whitfield", "whitfield"), ("Garcia", "garcia")),
    ),
    Place(
        4,
        "US",
        "New York",
        "America/New_York",
        "en",
        (("Rosa", "rosa"), ("Elijah", "elijah"), ("Grace", "grace")),
        (("Cohen", "cohen"), ("Rivera", "rivera"), ("Brooks", "brooks")),
    ),
    Place(
        8,
        "DE",
        "Hamburg",
        "Europe/Berlin",
        "de",
        (("Jürgen", "juergen"), ("Käthe", "kaethe"), ("Lena", "lena"), ("Emre", "emre")),
        (("Groß", "gross"), ("Müller-Lüdenscheidt", "mueller"), ("Yılmaz", "yilmaz")),
    ),
    Place(
        5,
        "FR",
        "Lyon",
        "Europe/Paris",
        "fr",
        (("Chloé", "chloe"), ("Loïc", "loic"), ("Inès", "ines")),
        (("Lefèvre", "lefevre"), ("d’Arçon", "darcon"), ("Benali", "benali")),
    ),
    Place(
        4,
        "PL",
        "Kraków",
        "Europe/Warsaw",
        "pl",
        (("Łukasz", "lukasz"), ("Zofia", "zofia"), ("Grażyna", "grazyna")),
        (("Wójcik", "wojcik"), ("Święcicka", "swiecicka")),
    ),
    Place(
        3,
        "GR",
        "Αθήνα",
        "Europe/Athens",
        "el",
        (("Ελένη", "eleni"), ("Γιώργος", "giorgos"), ("Σοφία", "sofia")),
        (("Παπαδοπούλου", "papadopoulou"), ("Νικολαΐδης", "nikolaidis")),
    ),
    Place(
        3,
        "JP",
        "京都",
        "Asia/Tokyo",
        "ja",
        (("さくら", "sakura"), ("健太", "kenta"), ("美咲", "misaki")),
        (("佐藤", "sato"), ("渡辺", "watanabe"), ("髙橋", "takahashi")),
    ),
    Place(
        3,
        "UA",
        "Львів",
        "Europe/Kyiv",
        "uk",
        (("Олена", "olena"), ("Тарас", "taras"), ("Юлія", "yuliia")),
        (("Шевченко", "shevchenko"), ("Ковальчук", "kovalchuk")),
    ),
    Place(
        1,
        "IN",
        "मुंबई",
        "Asia/Kolkata",
        "hi",
        (("अनिका", "anika"), ("रोहन", "rohan")),
        (("शर्मा", "sharma"), ("देशपांडे", "deshpande")),
    ),
    Place(
        1,
        "AE",
        "دبي",
        "Asia/Dubai",
        "ar",
        (("ليلى", "layla"), ("يوسف", "youssef")),
        (("الهاشمي", "alhashimi"), ("حداد", "haddad")),
    ),
)

COMPANIES = (
    "Harbour Café",
    "Northlight Studio",
    "The Long Table",
    "Quay Street Dental",
    "Brass & Oak",
    "Fernleaf Hotel",
)
MAIL_HOSTS = ("example.com", "example.org", "example.net")
STAFF_EVERY = 800  # our own people shop here too; the deny segment keeps them out of mails and audiences
ACCOUNT_MANAGERS = ("sam@shop.example", "priya@shop.example", "elin@shop.example")


class Habit(NamedTuple):
    """How a kind of customer lives: rounds of idle visits, each closed by an order if the kind buys at all.

    Spans are (least, most). `units` of each thing in a parcel of `lines` things.
    """

    weight: int
    name: str
    rounds: tuple[int, int]
    gap_days: tuple[int, int]
    idle_visits: tuple[int, int] = (0, 1)
    buys: bool = True
    lines: tuple[int, int] = (1, 2)
    units: tuple[int, int] = (1, 2)
    machine_percent: int = 1
    returns_percent: int = 0


FOR_EVER = (99, 99)
HABITS = (
    Habit(30, "browser", rounds=(2, 6), gap_days=(2, 26), buys=False),
    Habit(21, "buys once", rounds=(1, 1), gap_days=(3, 16), idle_visits=(0, 2), machine_percent=2),
    Habit(18, "lapses", rounds=(2, 5), gap_days=(16, 45), returns_percent=30),
    Habit(22, "regular", rounds=FOR_EVER, gap_days=(17, 52)),
    Habit(4, "enthusiast", rounds=FOR_EVER, gap_days=(8, 22), lines=(1, 3), machine_percent=2),
    Habit(
        5, "business", rounds=FOR_EVER, gap_days=(13, 33), idle_visits=(0, 2), units=(3, 6), machine_percent=4
    ),
)
BUSINESS = HABITS[-1]
