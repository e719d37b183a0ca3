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
SESSIONS = """
kind = "rating"
prompt = "How useful was each session?"
options = ["Keynote", "Workshop", "Lightning talks"]
lowest = "Not at all"
highest = "Very"
abstain = true
"""
MOOD = """
kind = "rating"
prompt = "How was the day?"
style = "scale"
scale = 10
"""
RELEASE = """
kind = "number"
prompt = "In which year did Django first come out?"
minimum = 1991
maximum = 2010
right = 2005
tolerance = 1
"""
BUDGET = """
kind = "points"
prompt = "Where should the next sprint go?"
options = ["Speed", "Docs", "New features", "Sleep"]
"""
CLOUD = """
kind = "word_cloud"
prompt = "One word for this conference?"
abstain = true
"""
WALL = """
kind = "open_text"
prompt = "What should we do differently next year?"
hold = true
"""
EDITOR = """
kind = "single_choice"
prompt = "Which editor do you use?"
options = ["Vim", "Emacs"]
other = true
"""
