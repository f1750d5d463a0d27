-- A store as the first schema made it, with a little in it: Ana bought, was mailed, and waits.
BEGIN TRANSACTION;
PRAGMA application_id=1635087471;
PRAGMA user_version=1;
CREATE TABLE contact (
	id INTEGER NOT NULL, 
	part SMALLINT NOT NULL, 
	"key" TEXT NOT NULL, 
	name TEXT NOT NULL, 
	due BIGINT, 
	merged_into BIGINT, 
	record BLOB, 
	PRIMARY KEY (id)
);
INSERT INTO "contact" VALUES(1,151,'u:ana','ana',1772528400000002,NULL,X'DC0015A5753A616E61A3616E61CF00064C06CFCB8401000381A5656D61696CAF616E61406578616D706C652E636F6D8081A6627579657273CF00064C06CFCB84028091DC0012A777656C636F6D650101AA776169743A3120646179CF00064C06CFCB8402CF00064C06CFCB8402CF00064C1AEDA2E402C0C081A5746F74616C0582B073656E645F656D61696C3A68656C6C6F01AA776169743A31206461790180A0C2C0C2009081A777656C636F6D6592018081AC34346464373731363035393793000191CF00064C06CFCB8402808080A0CF00064C1AEDA2E40280A08080');
CREATE TABLE email (
	address TEXT NOT NULL, 
	contact BIGINT NOT NULL, 
	PRIMARY KEY (address, contact)
)
 WITHOUT ROWID

;
INSERT INTO "email" VALUES('ana@example.com',1);
CREATE TABLE event (
	seq INTEGER NOT NULL, 
	part SMALLINT NOT NULL, 
	contact BIGINT NOT NULL, 
	at BIGINT NOT NULL, 
	occurred_at BIGINT NOT NULL, 
	origin SMALLINT NOT NULL, 
	history SMALLINT NOT NULL, 
	name TEXT NOT NULL, 
	properties TEXT, 
	reacts_to TEXT, 
	PRIMARY KEY (seq)
);
INSERT INTO "event" VALUES(1,0,0,1772442000000000,1772442000000000,2,0,'$apply','{"release":1}',NULL);
INSERT INTO "event" VALUES(2,151,1,1772442000000001,1772442000000001,0,0,'$identify','{"email":"ana@example.com"}',NULL);
INSERT INTO "event" VALUES(3,151,1,1772442000000002,1772442000000002,0,0,'purchased','{"total":5}',NULL);
CREATE TABLE event_of_contact (
	chunk BIGINT NOT NULL, 
	contact BIGINT NOT NULL, 
	seq BIGINT NOT NULL, 
	PRIMARY KEY (chunk, contact, seq)
)
 WITHOUT ROWID

;
INSERT INTO "event_of_contact" VALUES(0,1,2);
INSERT INTO "event_of_contact" VALUES(0,1,3);
CREATE TABLE identity (
	name TEXT NOT NULL, 
	contact BIGINT NOT NULL, 
	PRIMARY KEY (name)
)
 WITHOUT ROWID

;
INSERT INTO "identity" VALUES('u:ana',1);
CREATE TABLE journal (
	chunk BIGINT NOT NULL, 
	contact BIGINT NOT NULL, 
	n INTEGER NOT NULL, 
	part SMALLINT NOT NULL, 
	at BIGINT NOT NULL, 
	kind TEXT NOT NULL, 
	subject TEXT NOT NULL, 
	recipe TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	entry INTEGER NOT NULL, 
	step TEXT NOT NULL, 
	detail TEXT, 
	PRIMARY KEY (chunk, contact, n)
)
 WITHOUT ROWID

;
INSERT INTO "journal" VALUES(0,1,1,151,1772442000000002,'segment_entered','buyers','',0,0,'',NULL);
INSERT INTO "journal" VALUES(0,1,2,151,1772442000000002,'entered','welcome','welcome',1,1,'',NULL);
INSERT INTO "journal" VALUES(0,1,3,151,1772442000000002,'email_sent','hello','welcome',1,1,'send_email:hello',NULL);
CREATE TABLE lease (
	name TEXT NOT NULL, 
	holder TEXT NOT NULL, 
	fence INTEGER NOT NULL, 
	since BIGINT NOT NULL, 
	PRIMARY KEY (name)
);
CREATE TABLE membership (
	segment TEXT NOT NULL, 
	contact BIGINT NOT NULL, 
	since BIGINT NOT NULL, 
	PRIMARY KEY (segment, contact)
)
 WITHOUT ROWID

;
INSERT INTO "membership" VALUES('buyers',1,1772442000000002);
CREATE TABLE outbox (
	id INTEGER NOT NULL, 
	"key" TEXT NOT NULL, 
	part SMALLINT NOT NULL, 
	contact BIGINT NOT NULL, 
	at BIGINT NOT NULL, 
	n INTEGER NOT NULL, 
	recipe TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	entry INTEGER NOT NULL, 
	step TEXT NOT NULL, 
	channel TEXT NOT NULL, 
	name TEXT NOT NULL, 
	outcome TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	klass TEXT NOT NULL, 
	template_version TEXT NOT NULL, 
	payload TEXT NOT NULL, 
	state TEXT NOT NULL, 
	attempts INTEGER NOT NULL, 
	next_at BIGINT NOT NULL, 
	result TEXT NOT NULL, 
	settled_at BIGINT, 
	PRIMARY KEY (id)
);
INSERT INTO "outbox" VALUES(1,'welcome/1/send_email:hello/1/u:ana',151,1,1772442000000002,2,'welcome',1,1,'send_email:hello','email','hello','sent','','marketing','74f024d673c5','{"to":"ana@example.com","contact_key":"u:ana","contact":{}}','sent',1,1772442000000002,'',1772442010000000);
CREATE TABLE release (
	id INTEGER NOT NULL, 
	at BIGINT NOT NULL, 
	applied_by TEXT NOT NULL, 
	"commit" TEXT NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "release" VALUES(1,1772442000000000,'somebody','');
CREATE TABLE release_file (
	release INTEGER NOT NULL, 
	path TEXT NOT NULL, 
	hash TEXT NOT NULL, 
	PRIMARY KEY (release, path)
)
 WITHOUT ROWID

;
INSERT INTO "release_file" VALUES(1,'autoflow.yaml','fa0576c216d5fac78b0a6f4cc16b5e8be099fbdef903bbf4db175ed0d32f6993');
INSERT INTO "release_file" VALUES(1,'recipes/welcome.yaml','e86abc78d9657ac307ea2a9afd3a9ef2c07b94a3776209aa06748d7ec0cf1450');
INSERT INTO "release_file" VALUES(1,'segments/buyers.yaml','b9156c3f9de9d07303acb059668bbdf0d718c6a76e50231152f7677465941e40');
INSERT INTO "release_file" VALUES(1,'templates/again.html','37dc5e939345b45643eafdfa213b7f09f0c38aef2a71ba7e6ac3cc49fe47b021');
INSERT INTO "release_file" VALUES(1,'templates/bill.html','7031de3db141e121ef945c0c1fd23f015087bd28bada56fd5a64d5441bc917fd');
INSERT INTO "release_file" VALUES(1,'templates/hello.html','37dc5e939345b45643eafdfa213b7f09f0c38aef2a71ba7e6ac3cc49fe47b021');
CREATE TABLE run (
	contact BIGINT NOT NULL, 
	recipe TEXT NOT NULL, 
	entry INTEGER NOT NULL, 
	part SMALLINT NOT NULL, 
	version INTEGER NOT NULL, 
	state TEXT NOT NULL, 
	step TEXT NOT NULL, 
	entered_at BIGINT NOT NULL, 
	ended_at BIGINT, 
	reason TEXT NOT NULL, 
	PRIMARY KEY (contact, recipe, entry)
)
 WITHOUT ROWID

;
INSERT INTO "run" VALUES(1,'welcome',1,151,1,'running','wait:1 day',1772442000000002,NULL,'');
CREATE TABLE seen (
	day BIGINT NOT NULL, 
	hash BLOB NOT NULL, 
	PRIMARY KEY (day, hash)
)
 WITHOUT ROWID

;
CREATE TABLE source (
	hash TEXT NOT NULL, 
	text TEXT NOT NULL, 
	PRIMARY KEY (hash)
);
INSERT INTO "source" VALUES('fa0576c216d5fac78b0a6f4cc16b5e8be099fbdef903bbf4db175ed0d32f6993','
name: Test shop
timezone: Europe/London
sender: {name: Test shop, email: hello@shop.example, postal_address: 1 High Street}
sending: {consent: not_refused}
attributes:
  birthday: date
  plan: {choice: [free, pro]}
  stage: text
events:
  purchased: {order_id: text, total: money, category: text, n: number}
  refunded: {order_id: text, n: number}
  looked: {n: number}
');
INSERT INTO "source" VALUES('e86abc78d9657ac307ea2a9afd3a9ef2c07b94a3776209aa06748d7ec0cf1450','recipe: welcome
trigger: {event: purchased}
actions:
  - send_email: hello
  - wait: 1 day
  - add_tag: met
');
INSERT INTO "source" VALUES('b9156c3f9de9d07303acb059668bbdf0d718c6a76e50231152f7677465941e40','segment: buyers
conditions: [{did: purchased}]
');
INSERT INTO "source" VALUES('37dc5e939345b45643eafdfa213b7f09f0c38aef2a71ba7e6ac3cc49fe47b021','---
subject: "{{ contact.first_name | default(''Hello'') }}"
---
<p>We have news. <a href="{{ unsubscribe_url }}">Unsubscribe</a></p>
');
INSERT INTO "source" VALUES('7031de3db141e121ef945c0c1fd23f015087bd28bada56fd5a64d5441bc917fd','---
subject: Your money
class: transactional
---
<p>It is on its way, {{ contact.email }}.</p>
');
CREATE TABLE state (
	id INTEGER NOT NULL, 
	cursor BIGINT NOT NULL, 
	horizon BIGINT NOT NULL, 
	epoch INTEGER NOT NULL, 
	release INTEGER NOT NULL, 
	applied_at BIGINT NOT NULL, 
	built_to BIGINT NOT NULL, 
	journal_rows BIGINT NOT NULL, 
	known_to BIGINT NOT NULL, 
	last_at BIGINT NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "state" VALUES(1,3,1772442000000002,1,1,1772442000000000,2000,3,1,1772442000000002);
CREATE TABLE tag (
	tag TEXT NOT NULL, 
	contact BIGINT NOT NULL, 
	since BIGINT NOT NULL, 
	PRIMARY KEY (tag, contact)
)
 WITHOUT ROWID

;
CREATE TABLE timer (
	due BIGINT NOT NULL, 
	contact BIGINT NOT NULL, 
	PRIMARY KEY (due, contact)
)
 WITHOUT ROWID

;
INSERT INTO "timer" VALUES(1772528400000002,1);
CREATE TABLE version (
	kind TEXT NOT NULL, 
	name TEXT NOT NULL, 
	version TEXT NOT NULL, 
	hash TEXT NOT NULL, 
	release INTEGER NOT NULL, 
	PRIMARY KEY (kind, name, version)
)
 WITHOUT ROWID

;
INSERT INTO "version" VALUES('recipe','welcome','1','bf2b91a1b68dcafe',1);
INSERT INTO "version" VALUES('template','again','a6f73d5cd702','a6f73d5cd702',1);
INSERT INTO "version" VALUES('template','bill','5d52241f6114','5d52241f6114',1);
INSERT INTO "version" VALUES('template','hello','74f024d673c5','74f024d673c5',1);
CREATE TABLE window_entry (
	contact BIGINT NOT NULL, 
	memory TEXT NOT NULL, 
	at BIGINT NOT NULL, 
	seq BIGINT NOT NULL, 
	value BIGINT NOT NULL, 
	PRIMARY KEY (contact, memory, at, seq)
)
 WITHOUT ROWID

;
CREATE INDEX contact_merged ON contact (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX identity_contact ON identity (contact);
CREATE UNIQUE INDEX outbox_key ON outbox ("key");
CREATE INDEX outbox_open ON outbox (state, next_at) WHERE state IN ('pending', 'sending', 'held', 'unknown');
COMMIT;
