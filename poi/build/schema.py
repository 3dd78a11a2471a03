"""Tables of poi.sqlite."""

from __future__ import annotations

FORMAT = 3
"""Raised whenever a table changes its meaning; an older file asks to be built again."""

BEFORE = """
CREATE TEMP TABLE road(id INTEGER PRIMARY KEY, name TEXT, text TEXT);
CREATE TEMP TABLE road_name(core TEXT, sort TEXT, heading TEXT, road INTEGER);
CREATE TEMP TABLE address(id INTEGER PRIMARY KEY, road INTEGER, number TEXT, low INTEGER, high INTEGER,
  lat REAL, lon REAL, label TEXT, town TEXT, made INTEGER);
CREATE TEMP TABLE post(road TEXT, km REAL, lat REAL, lon REAL, shown TEXT);
CREATE TEMP TABLE district(id INTEGER PRIMARY KEY, place INTEGER, node INTEGER, name TEXT, level INTEGER,
  cut INTEGER, lat REAL, lon REAL, rings BLOB);
"""
"""What a file of the format before is read with: these hide its own tables, which meant something else. Until
it is built again it has no house numbers and no districts; places are found by name and kind."""

TABLES = """
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE place(id INTEGER PRIMARY KEY, osm TEXT, category TEXT, lat REAL, lon REAL, importance REAL,
  name TEXT, district TEXT, data TEXT);
CREATE VIRTUAL TABLE place_box USING rtree(id, min_lat, max_lat, min_lon, max_lon);
CREATE TABLE category(name TEXT PRIMARY KEY, ids BLOB, lat BLOB, lon BLOB) WITHOUT ROWID;
CREATE TABLE name(id INTEGER PRIMARY KEY, text TEXT, sound TEXT, places BLOB, kinds BLOB);
CREATE TABLE gram(key INTEGER PRIMARY KEY, ids BLOB);
CREATE VIRTUAL TABLE name_words USING fts5(words, content='', detail=none, prefix='1 2 3',
  tokenize='unicode61');
CREATE TABLE arrays(name TEXT PRIMARY KEY, data BLOB) WITHOUT ROWID;
CREATE TABLE road(id INTEGER PRIMARY KEY, name TEXT, text TEXT);
CREATE TABLE road_name(core TEXT, sort TEXT, heading TEXT, road INTEGER);
CREATE TABLE address(id INTEGER PRIMARY KEY, road INTEGER, number TEXT, low INTEGER, high INTEGER, lat REAL,
  lon REAL, label TEXT, town TEXT, made INTEGER);
CREATE TABLE post(road TEXT, km REAL, lat REAL, lon REAL, shown TEXT);
CREATE VIRTUAL TABLE address_box USING rtree(id, min_lat, max_lat, min_lon, max_lon);
CREATE TABLE street(id INTEGER PRIMARY KEY, place INTEGER, points BLOB);
CREATE VIRTUAL TABLE street_box USING rtree(id, min_lat, max_lat, min_lon, max_lon);
CREATE TABLE district(id INTEGER PRIMARY KEY, place INTEGER, node INTEGER, name TEXT, level INTEGER,
  cut INTEGER, lat REAL, lon REAL, rings BLOB);
CREATE VIRTUAL TABLE district_box USING rtree(id, min_lat, max_lat, min_lon, max_lon);
"""
"""`street.points` are int32 pairs of 1e-7 degrees: two streets share the very numbers of their crossing. A
road is what house numbers count along, by each of its names in parts (`poi.addresses.street_name`).
`address.low` and `high` are what a number spans, `made` is 1 where it was counted between two others.
`district.node` is the place node that stands for the area, its point is where one drives to, and `rings` is
JSON. `name.kinds` has one byte per entry of `name.places`, an index into `NAME_KINDS`.
"""

INDEXES = """
CREATE UNIQUE INDEX name_text ON name(text);
CREATE INDEX place_osm ON place(osm);
CREATE INDEX address_road ON address(road, number);
CREATE INDEX address_number ON address(number);
CREATE INDEX post_road ON post(road, km);
CREATE INDEX road_core ON road_name(core);
CREATE INDEX road_text ON road(text);
CREATE INDEX street_place ON street(place);
CREATE INDEX district_place ON district(place);
CREATE INDEX district_node ON district(node);
"""

NAME_KINDS = ("name", "language", "alt", "old", "brand", "ref", "derived")
"""What sort of name led to a place, best first."""
