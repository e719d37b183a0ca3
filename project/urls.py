"""Every address of the product on one page."""

from __future__ import annotations

from functools import partial

from allauth.account import views as allauth
from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path, re_path
from ninja.openapi.views import openapi_view

from live_polls.api.api import api
from live_polls.views import (
    accounts,
    acts,
    audience,
    embed,
    entry,
    health,
    landing,
    members,
    metrics,
    moderation,
    my_data,
    polls,
    privacy,
    records,
    remote,
    results,
    role_links,
    room_files,
    rooms,
    rounds,
    stage,
)
from project.content_security import csp_override

# Names are used with their namespace: `live_polls:audience`.
live_polls: list[URLPattern | URLResolver] = [
    path("", landing.landing, name="landing"),
    path("j/<str:join_code>", audience.audience, name="audience"),
    path("j/<str:join_code>/my-data", my_data.my_data, name="my-data"),
    path("privacy", privacy.privacy, name="privacy"),
    path("J/<str:join_code>", audience.audience),  # as QR codes say it
    path("welcome/<str:token>", accounts.welcome, name="welcome"),
    path("embed/<str:join_code>", embed.embed, name="embed"),
    path("stage/<str:join_code>/rounds", rounds.stage_rounds, name="stage-rounds"),
    path("stage/<str:join_code>", stage.stage, name="stage"),
    path("remote/<str:join_code>", remote.remote, name="remote"),
    path("rooms/<str:join_code>/act", acts.act, name="act"),
    path("rooms/", rooms.rooms, name="rooms"),
    path("rooms/new", rooms.room_new, name="room-new"),
    path("rooms/<str:join_code>/edit", rooms.room_edit, name="room-edit"),
    path("rooms/<str:join_code>/moderation", moderation.moderation, name="moderation"),
    path("rooms/<str:join_code>/results", results.results, name="results"),
    path("rooms/<str:join_code>/results.<str:extension>", results.results_file, name="results-file"),
    path("room-file.schema.json", room_files.room_file_schema, name="room-file-schema"),
    path("rooms/<str:join_code>/stage-link", rooms.room_stage_link, name="room-stage-link"),
    path("rooms/<str:join_code>/entry", entry.room_entry, name="room-entry"),
    path("rooms/<str:join_code>/lock", entry.room_lock, name="room-lock"),
    path("rooms/<str:join_code>/invitations/new", entry.invitations_new, name="invitations-new"),
    path("rooms/<str:join_code>/invitations/change", entry.invitation_change, name="invitation-change"),
    path("rooms/<str:join_code>/records", records.records, name="records"),
    path("rooms/<str:join_code>/records.<str:extension>", records.records_file, name="records-file"),
    path("rooms/<str:join_code>/retention", rooms.room_retention, name="room-retention"),
    path("rooms/<str:join_code>/end", rooms.room_end, name="room-end"),
    path("rooms/<str:join_code>/delete", rooms.room_delete, name="room-delete"),
    path("rooms/<str:join_code>/leave", members.room_leave, name="room-leave"),
    path("rooms/<str:join_code>/members", members.members, name="members"),
    path("rooms/<str:join_code>/members/<int:account>/role", members.member_role, name="member-role"),
    path("rooms/<str:join_code>/members/<int:account>/remove", members.member_remove, name="member-remove"),
    path("rooms/<str:join_code>/members/links", members.role_link_new, name="role-link-new"),
    path("rooms/<str:join_code>/members/links/<int:number>/revoke", members.role_link_revoke, name="role-link-revoke"),
    path("role/<str:key>", role_links.role_link, name="role-link"),
    path("rooms/<str:join_code>/polls/new", polls.poll_new, name="poll-new"),
    path("rooms/<str:join_code>/polls/<str:poll>/edit", polls.poll_edit, name="poll-edit"),
    path("rooms/<str:join_code>/polls/<str:poll>/delete", polls.poll_delete, name="poll-delete"),
    path("rooms/<str:join_code>/polls/<str:poll>/rounds", rounds.rounds, name="poll-rounds"),
    path("rooms/<str:join_code>/polls/start", polls.polls_start, name="polls-start"),
    path("rooms/<str:join_code>/polls/<str:poll>/duplicate", polls.poll_duplicate, name="poll-duplicate"),
    path("rooms/<str:join_code>/polls/<str:poll>/move", polls.poll_move, name="poll-move"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
]

api_docs = csp_override(settings.CSP_WITHOUT_TRUSTED_TYPES)(partial(openapi_view, api=api))

# Of allauth's pages only those that an account made by an operator needs.
account: list[URLPattern | URLResolver] = [
    path("login/", allauth.login, name="account_login"),
    path("logout/", allauth.logout, name="account_logout"),
    path("signup/", allauth.signup, name="account_signup"),
    path("inactive/", allauth.account_inactive, name="account_inactive"),
    path("reauthenticate/", allauth.reauthenticate, name="account_reauthenticate"),
    path("password/change/", allauth.password_change, name="account_change_password"),
    path("password/reset/", accounts.password_reset, name="account_reset_password"),
    path("password/reset/done/", allauth.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[\w-]+)/$",
        allauth.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        allauth.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("2fa/", include("allauth.mfa.urls")),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include((live_polls, "live_polls"))),
    path("accounts/", include(account)),
    path("api/v1/docs", api_docs, name="api-docs"),
    path("api/v1/", api.urls),
]
if settings.ADMIN_ENABLED:
    urlpatterns.append(path("admin/", admin.site.urls))

handler400 = "live_polls.views.errors.bad_request"
handler403 = "live_polls.views.errors.forbidden"
handler404 = "live_polls.views.errors.not_found"
handler500 = "live_polls.views.errors.server_error"
