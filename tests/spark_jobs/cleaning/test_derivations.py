"""SQL of the settings: it computes a value from the shop's columns, and can do nothing else."""

import pytest

from pipelines.errors import SettingsError
from spark_jobs.cleaning.derivations import derived

ROW = {"code": " C12,7 ", "kind": "C5", "day": "20250310", "tags": '{"a": ["x", "y"]}'}


@pytest.mark.parametrize(
    ("sql", "value"),
    [
        ("code", " C12,7 "),
        ("'purchase'", "purchase"),
        ("if(kind like 'C%', 'return', 'purchase')", "return"),
        ("case when kind rlike '^C' then 'return' else kind end", "return"),
        ("trim(both from code) || '-' || UPPER(kind)", "C12,7-C5"),
        ("cast(replace(substring(code from 3 for 4), ',', '.') as decimal(9, 2)) * -1", "-12.70"),
        ("try_to_date(day, 'yyyyMMdd') + interval 1 day", "2025-03-11"),
        ("extract(year from to_date(day, 'yyyyMMdd'))", "2025"),
        ("concat_ws('/', transform(split(kind, ''), x -> lower(x)))", "c/5"),
        ("get_json_object(tags, '$.a[0]')", "x"),
        ("from_json(tags, 'a array<string>').a[1]", "y"),
        ("coalesce(nullif(kind, 'C5'), `day`)", "20250310"),
        ("kind in ('C5', 'D') and not code is null and day between '1' and '3'", "true"),
    ],
)
def test_a_value_is_computed_from_the_columns(spark, sql, value):
    row = spark.createDataFrame([ROW])
    assert row.select(derived(spark, "derive", sql).cast("string")).collect()[0][0] == value


@pytest.mark.parametrize(
    ("sql", "what"),
    [
        ("reflect('java.lang.System', 'getProperty', 'user.home')", "the function reflect"),
        ("`reflect`('java.lang.System', 'getProperty', 'user.home')", "the function reflect"),
        ("system.builtin.reflect('java.lang.System', 'lineSeparator')", "the function system.builtin.reflect"),
        ("java_method('java.lang.System', 'lineSeparator')", "the function java_method"),
        ("upper(concat(kind, TRY_REFLECT('java.lang.System', 'lineSeparator')))", "the function TRY_REFLECT"),
        ("transform(array(kind), x -> reflect('java.lang.System', 'getProperty', x))", "the function reflect"),
        ("identifier('ref' || 'lect')('java.lang.System', 'lineSeparator')", "ExpressionWithUnresolvedIdentifier"),
        ("(select max(value) from text.`/etc/passwd`)", "a subquery"),
        ("kind in (select value from text.`/etc/passwd`)", "a subquery"),
        ("exists(select 1 from csv.`/etc/passwd`)", "a subquery"),
        ("(select t.a from (select transform(b) using 'id' as a from values ('1') as v(b)) t)", "a subquery"),
        ("xpath_string(code, '/a')", "the function xpath_string"),
        ("from_protobuf(code, 'm', '/etc/passwd')", "the function from_protobuf"),
        ("input_file_name()", "the function input_file_name"),
        ("uuid()", "the function uuid"),
        ("row_number() over (order by kind)", "the function row_number"),
        ("nothing_of_the_kind(code)", "the function nothing_of_the_kind"),
    ],
)
def test_anything_else_is_refused_by_its_name_before_it_runs(spark, sql, what):
    with pytest.raises(SettingsError) as refused:
        derived(spark, "[sources.events.derive] ts", sql)
    assert f"[sources.events.derive] ts = {sql!r} uses {what}, which is not allowed there" in str(refused.value)
