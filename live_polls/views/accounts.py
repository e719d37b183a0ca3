"""The way in for people who run rooms: the one-time first-run link, and a password that was forgotten.

Signing in itself is allauth's.
"""

from __future__ import annotations

from allauth.account import views as allauth
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from live_polls.domain.first_run import check_first_run, create_first_account
from live_polls.errors import NotAllowedError
from live_polls.views.errors import refusal
from live_polls.views.forms import WelcomeForm


@sensitive_post_parameters("password", "repeated")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def welcome(request: HttpRequest, token: str) -> HttpResponse:
    form = WelcomeForm(request.POST or None)
    try:
        check_first_run(token)
        if request.method == "POST" and form.is_valid():
            said = form.cleaned_data
            account = create_first_account(token, email=said["email"], password=said["password"])
            login(request, account, "django.contrib.auth.backends.ModelBackend")
            messages.success(request, _("Welcome. This account may do everything here."))
            return redirect("live_polls:rooms")
    except NotAllowedError as error:
        return refusal(request, error, name="welcome_over")
    return render(request, "live_polls/desk/welcome.html", {"form": form})


@never_cache
def password_reset(request: HttpRequest) -> HttpResponse:
    """By mail; where no mail is set up, the page says what to do instead."""
    if not settings.EMAIL_URL:
        return render(request, "account/password_reset_no_mail.html")
    answer: HttpResponse = allauth.password_reset(request)
    return answer
