"""Polls: what a host may change, the same rules, and the deeds of a remote for when no host is at hand."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.forms import BaseInlineFormSet, ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from live_polls.admin.deeds import do_to_each
from live_polls.domain.lifecycle import close_poll, open_poll, reset_poll
from live_polls.domain.polls import PollDraft, edit_poll, has_ballots
from live_polls.enums import PollState
from live_polls.errors import PollError
from live_polls.models import Option, Poll


def is_fixed(poll: Poll | None) -> bool:
    """Whether another prompt or other options would falsify ballots."""
    return poll is None or poll.state == PollState.OPEN or has_ballots(poll)


class OptionInline(admin.TabularInline):  # type: ignore[type-arg]  # not generic at run time
    model = Option
    fields = ("text",)
    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: Poll | None = None) -> bool:
        return not is_fixed(obj)

    def has_change_permission(self, request: HttpRequest, obj: Poll | None = None) -> bool:
        return not is_fixed(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Poll | None = None) -> bool:
        return not is_fixed(obj)


@admin.register(Poll)
class PollAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    list_display = ("prompt", "room", "kind", "state", "round")
    list_select_related = ("room",)
    list_filter = ("state", "kind")
    search_fields = ("prompt", "=code", "room__title", "=room__join_code")
    ordering = ("-room_id", "position")
    fields = ("prompt", "seconds", "results", "room", "kind", "settings", "state", "round", "code", "key", "deadline")
    inlines = (OptionInline,)
    actions = ("open_polls", "close_polls", "reset_polls")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # polls are written at the desk, where each kind has its own fields

    def has_delete_permission(self, request: HttpRequest, obj: Poll | None = None) -> bool:
        return False  # at the desk too, where it says how many ballots go with it

    def get_readonly_fields(self, request: HttpRequest, obj: Poll | None = None) -> tuple[str, ...]:
        return self.fields[3:] if not is_fixed(obj) else ("prompt", *self.fields[3:])

    def save_model(self, request: HttpRequest, obj: Poll, form: ModelForm[Poll], change: bool) -> None:  # noqa: FBT001
        """Nothing yet: prompt and options are one decision, see save_related."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:  # noqa: FBT001
        """Hand the whole poll to the domain; what it refuses is not saved, and the next page says so."""
        poll = Poll.objects.get(pk=form.instance.pk)
        asked = form.cleaned_data
        try:
            draft = PollDraft(
                kind=poll.kind,
                prompt=asked.get("prompt", poll.prompt),
                options=[text for formset in formsets for text in _texts(formset)],
                settings=poll.settings,
                seconds=asked["seconds"],
                results=asked["results"],
            )
            edit_poll(poll, draft)
        except PollError as error:
            messages.error(request, gettext("Nothing was saved. %(why)s") % {"why": gettext(error.message)})

    @admin.action(description=_("Open the polls"), permissions=["change"])
    def open_polls(self, request: HttpRequest, polls: QuerySet[Poll]) -> None:
        do_to_each(request, polls, open_poll)

    @admin.action(description=_("Close the polls"), permissions=["change"])
    def close_polls(self, request: HttpRequest, polls: QuerySet[Poll]) -> None:
        do_to_each(request, polls, close_poll)

    @admin.action(description=_("Reset the polls to a new round"), permissions=["change"])
    def reset_polls(self, request: HttpRequest, polls: QuerySet[Poll]) -> None:
        do_to_each(request, polls, reset_poll)


def _texts(formset: BaseInlineFormSet[Option, Poll, ModelForm[Option]]) -> list[str]:
    """The options that the form leaves standing, in order; saved by the domain and not by the form."""
    formset.save(commit=False)  # the admin's log reads what this finds changed
    kept = [form for form in formset.forms if form not in formset.deleted_forms and form.cleaned_data.get("text")]
    return [form.cleaned_data["text"] for form in kept]
