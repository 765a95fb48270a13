"""Objectives in files of OpenSLO v1."""
