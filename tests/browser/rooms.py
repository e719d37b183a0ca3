"""Polls for the browser, each as it stands in a room file."""

from __future__ import annotations

DATABASE = """
kind = "single_choice"
prompt = "Which database would you reach for first?"
options = ["Postgres", "SQLite", "MySQL"]
"""
TOOLS = """
kind = "multiple_choice"
prompt = "Which of these do you use every week?"
options = ["Redis", "Kafka", "Celery", "Cron"]
max_choices = 2
"""
REPAIRS = """
kind = "ranking"
prompt = "What would you repair first?"
options = ["The build", "The tests", "The docs"]
"""
