"""Words of other programs, and what they are called here: read only where a word is not known.

A word may stand for several, of which the first one counts that there is where it stands; and for a word with a value.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from autoflow.model.problems import did_you_mean

# What a word is called here, and as what it is known elsewhere; `_` also for a space and a hyphen.
_ELSEWHERE: Mapping[str, Mapping[str, str]] = {
    "condition": {
        "none": "not neither except exclude without",
        "any": "or either",
        "all": "and if when where",
        "has_tag": "tag has tagged",
        "in_segment": "segment in_list list member_of cohort",
        "in_audience": "audience",
        "did": "event count_of count has_done done has_event happened triggered",
        "event_property": "property",
        "has_consent": "consent",
        "did_not": "never_did has_not_done not_done",
        "did: email_opened": "opened opened_email",
        "did: email_clicked": "clicked clicked_email",
        "did: page_visited": "visited",
        "sum_of": "sum total",
        "average_of": "average avg",
        "local_time": "time",
        "attribute": "field trait profile contact",
    },
    "action": {
        "choose": "if branch switch condition conditions conditional_split trigger_split case",
        "split": "ab_test random abtest random_split",
        "wait": "delay sleep pause wait_until time_delay",
        "exit": "stop end finish return break",
        "send_email": "email mail send send_mail",
        "add_tag": "tag add_to_segment",
        "remove_tag": "untag",
        "set_attribute": "set update update_profile update_contact update_attribute set_property set_field",
        "notify_sales": "slack notify",
        "create_task": "task",
        "webhook": "http call sms send_sms push",
        "record_event": "track track_event send_event log_event",
        "enter_recipe": "start_recipe goto start_flow",
        "wait_for": "wait_until_event wait_for_event wait_for_trigger",
        "withdraw_consent": "unsubscribe",
        "add_to_audience": "add_to_list",
        "remove_from_audience": "remove_from_list",
        "adjust_score": "score add_score",
        "set_stage": "stage",
    },
    "trigger": {
        "segment_entered": "segment enters_segment enters entered joins_segment",
        "tag_added": "tag",
        "schedule": "cron every at time",
        "date": "birthday anniversary",
        "contact_created": "signup created",
        "page_visited": "visited visit url page pageview page_view",
        "inactivity": "inactive",
        "consent_given": "subscribed",
        "event: unsubscribed": "unsubscribed",
        "event: email_opened": "email_opened opened",
        "event: email_clicked": "email_clicked clicked",
        "segment_left": "leaves_segment",
        "event": "metric on_event",
    },
    "operator": {
        "is": "equals equal eq == =",
        "is_not": "not_equals not_equal does_not_equal isnt ne neq not != <>",
        "more_than": "greater_than greater gt above over >",
        "at_least": "greater_or_equal greater_than_or_equal gte min >=",
        "less_than": "lt lower_than smaller_than below under <",
        "at_most": "less_or_equal less_than_or_equal lte max <=",
        "is_set": "exists is_present has_value is_not_empty is_not_null",
        "is_set: false": (
            "empty is_empty is_null is_blank is_missing is_unknown is_unset is_not_set not_set "
            "not_exists does_not_exist"
        ),
        "matches": "like regex",
        "in": "one_of is_one_of is_in any_of is_any_of equals_any contains_any",
        "contains": "contains_any includes has",
        "not_in": "none_of is_none_of is_not_in",
        "starts_with": "begins_with prefix",
        "ends_with": "suffix",
        "between": "range",
        "after": "since",
        "before": "until",
        "within_last": "in_the_last in_last last",
        "within_next": "in_the_next",
        "not_within_last": "not_in_the_last",
    },
    "key": {
        "actions": "then do steps sequence flow jobs",
        "recipe": "flow name id alias automation workflow campaign journey",
        "otherwise": "else default on_timeout",
        "conditions": "condition conditions filter filters where rules criteria query",
        "if": "condition conditions when where",
        "up_to": "timeout max_wait for",
        "at_least": "times count minimum min",
        "at_most": "max maximum limit frequency_cap max_emails",
        "within_last": "days period timeframe in_the_last in_last last over for",
        "from": "start begin",
        "to": "end until email recipient assignee assigned_to",
        "message": "text body content",
        "email": "email",
        "title": "subject name",
        "tag": "value name",
        "trigger": "when on",
        "status": "enabled active state",
        "segment": "name id alias",
        "template": "name id",
        "description": "title label",
        "name": "title label event event_name",
        "sender": "from",
        "path": "url page page_path",
        "folder": "file",
        "store": "database",
        "timezone": "tz time_zone",
        "with": "properties data",
        "where": "properties",
        "send": "data payload",
        "due": "due_in due_date",
        "sending": "send delivery",
        "attributes": "fields",
        "percent": "weight share",
        "reentry": "repeat",
        "goal": "success",
        "exit": "stop_if",
        "duration": "for time length",
        "for": "days period after inactive_for",
        "offset": "before after",
        "subject": "title subject_line",
        "choice": "enum options values one_of",
    },
    "event": {
        "email_opened": "opened_email opens_email email_open open opened opened_mail",
        "email_clicked": "clicked_email clicks_email email_click click clicked clicked_link link_clicked",
        "email_bounced": "bounce bounced email_bounce",
        "unsubscribed": "unsubscribe email_unsubscribed",
        "page_visited": "page_view pageview page_viewed viewed_page visited visit visited_page active_on_site",
        "purchased": "order ordered order_placed placed_order purchase bought checkout order_completed paid",
    },
    "root": {
        "contact.first_name": "fname firstname name",
        "contact.last_name": "lname lastname",
        "contact": "customer person user profile subscriber recipient member lead custom",
        "event": "trigger order payload properties",
        "unsubscribe_url": "unsubscribe unsubscribe_link unsub",
        "now": "date today",
        "contact.company": "company",
        "sender": "company",
    },
    "filter": {
        "money": "currency format_money",
        "title": "titlecase",
        "capitalize": "capitalise",
        "upper": "upcase uppercase",
        "lower": "downcase lowercase",
        "date": "strftime format_date date_format datetimeformat",
        "trim": "strip",
        "length": "size",
        "default": "fallback",
        "round": "floatformat",
        "truncate": "truncatewords",
    },
    "reentry": {
        "always": "allow yes true any multiple",
        "never": "once no false single",
    },
    "value": {
        "live": "on active enabled true running published",
        "paused": "off inactive disabled stopped",
        "draft": "false test",
        "restart": "replace cancel",
        "parallel": "queue queued",
        "ignore": "single",
        "wait": "hold delay",
        "skip": "drop",
        "tls": "ssl",
        "starttls": "start_tls",
        "none": "plain",
        "not_refused": "all everybody everyone opt_out",
        "required": "opt_in double_opt_in",
        "forever": "for_ever",
        "en": "english",
        "de": "german",
        "fr": "french",
        "es": "spanish",
        "it": "italian",
        "nl": "dutch",
        "GBP": "£ pound pounds",
        "EUR": "€ euro euros",
        "USD": "$ dollar dollars",
        "text": "string",
        "number": "int integer float",
        "yes_no": "bool boolean",
        "date_time": "datetime",
        "list": "array",
    },
}


# What others say beside a word, and where it is said here.
_BELONGING: Mapping[str, tuple[tuple[str, str], ...]] = {
    "send_email": (
        ("subject preheader preview_text", "It stands at the beginning of the template."),
        ("body html text content message", "It stands in the template."),
        ("to recipient email", "A mail goes to the contact; notify_sales writes to colleagues."),
        ("from sender reply_to", "It stands under sender in autoflow.yaml."),
        ("delay wait at when send_at", "Write a wait as a step of its own before it."),
    ),
    "webhook": (("url method headers secret", "It stands under channels, webhooks in autoflow.yaml."),),
    "a recipe": (("quiet_hours if_quiet at_most if_over hold_up_to", "Write it under sending."),),
    "autoflow.yaml": (
        ("consent quiet_hours at_most late_after", "Write it under sending."),
        ("smtp mailbox email", "Write it under channels."),
    ),
    '"email"': (
        ("host port user username password security", "Write it under smtp: email: {smtp: {host: …}}"),
    ),
}
_NOT = re.compile(r"(?<![a-z])(?:not|no|isnt|without|lacks|never)_|_(?:not|no)(?=_|$)")


def meant(word: str, known: Iterable[str], what: str) -> str | None:
    """The known word that was likely meant: one written nearly so, or what another program calls so.

    With a value where it goes with one alone: `is_set: false`.
    """
    names = list(known)
    sought = re.sub(r"[ -]", "_", word.casefold())
    if sought in names:
        return sought
    spelled = did_you_mean(word, names)
    if spelled is not None and sought.rstrip("s") == spelled.casefold().rstrip("s"):
        return spelled
    for ours, theirs in _ELSEWHERE[what].items():
        if ours.partition(":")[0] in names and sought in theirs.split():
            return ours
    return spelled


def belonging(word: str, key: str) -> str:
    """Where something stands that a word takes elsewhere; nothing where it takes it nowhere."""
    return next((said for keys, said in _BELONGING.get(word, ()) if key in keys.split()), "")


def turned_round(word: str, known: Iterable[str]) -> str | None:
    """The condition that `word` denies, `has_tag` of `has_not_tag`; None where it denies none."""
    rest = _NOT.sub("", word.casefold()).strip("_")
    found = meant(rest, known, "condition") if rest != word.casefold() else None
    return found.partition(":")[0] if found else None


def asked(near: str | None, otherwise: str = "") -> str:
    """`Did you mean …?`, or `otherwise` where nothing is near."""
    if near is None:
        return otherwise
    return f"Did you mean {near}?" if ": " in near or "{" in near else f'Did you mean "{near}"?'
