"""The page of a link that gives a role: accept it, signed in or with a new account. Looking at it uses nothing up."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from live_polls.domain import access
from live_polls.domain.role_links import accept_role, accept_role_anew, find_role_link
from live_polls.enums import Role
from live_polls.errors import InvalidSettingsError, RoleLinkOverError
from live_polls.models import RoleLink, Room
from live_polls.views.errors import refusal
from live_polls.views.forms import NewAccountForm
from live_polls.views.signed_in import signed_in


@sensitive_post_parameters("password", "repeated")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def role_link(request: HttpRequest, key: str) -> HttpResponse:
    try:
        link = find_role_link(key)
        if request.user.is_authenticated:
            return _accept(request, link, key)
        return _join(request, link, key)
    except RoleLinkOverError as error:
        return refusal(request, error, name="role_link_over")


def _accept(request: HttpRequest, link: RoleLink, key: str) -> HttpResponse:
    account = signed_in(request)
    if request.method == "POST":
        return _to_room(request, accept_role(key, account))
    if link.used_at is not None:
        # Who comes again by the link of their own role is welcome; to anybody else it is over.
        if link.used_by_id == account.pk and access.can(account, "watch", link.room):
            return _to_room(request, link.room)
        raise RoleLinkOverError
    return _page(request, link, key, None)


def _join(request: HttpRequest, link: RoleLink, key: str) -> HttpResponse:
    if link.used_at is not None:
        raise RoleLinkOverError
    form = NewAccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            account = accept_role_anew(key, email=said["email"], password=said["password"], name=said["name"])
        except InvalidSettingsError as error:
            form.add_error("email", _(error.message))
            form.focus_first_error()
        else:
            login(request, account, "django.contrib.auth.backends.ModelBackend")
            return _to_room(request, link.room)
    return _page(request, link, key, form)


def _page(request: HttpRequest, link: RoleLink, key: str, form: NewAccountForm | None) -> HttpResponse:
    context = {"link": link, "key": key, "form": form, "role": Role(link.role)}
    return render(request, "live_polls/desk/role_link.html", context)


def _to_room(request: HttpRequest, room: Room) -> HttpResponse:
    messages.success(request, _("You are in: %(room)s.") % {"room": room.title})
    if access.can(request.user, "edit", room):
        return redirect("live_polls:room-edit", room.join_code)
    return redirect("live_polls:rooms")
