"""Puts the operators' site in the place of Django's default admin site."""

from __future__ import annotations

from django.contrib.admin.apps import AdminConfig


class OperatorAdminConfig(AdminConfig):
    """Makes `django.contrib.admin.site` the operators' site."""

    default_site = "project.operator_site.OperatorSite"
