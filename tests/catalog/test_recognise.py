"""What a document shows of itself is found; what it only mentions is not; what is doubtful is told."""

from __future__ import annotations

from datetime import date

import pytest

from services.catalog.documents.recognise import Reading, recognise
from services.catalog.importing import read_document
from tests.catalog.papers import LETTER, TITLE, TRADITIONAL, pdf


def read(*lines: str) -> Reading:
    return recognise(lines)


def test_a_letter_shows_title_number_body_and_date():
    found = recognise(LETTER)
    assert (found.title, found.doc_no) == (TITLE, "临司〔2026〕31号")
    assert (found.issuing_body, found.formed_on) == ("临江市司法局", date(2026, 3, 10))
    assert (found.missing, found.notes) == ((), ())


def test_a_traditional_letter_keeps_its_own_characters_in_the_title():
    found = recognise(TRADITIONAL)
    assert found.title == "臨江市司法局關於開展法律援助宣傳月活動的通知"
    assert (found.doc_no, found.formed_on) == ("临司〔2026〕31号", date(2026, 3, 10))
    assert found.issuing_body == "临江市司法局"


def test_a_title_that_the_page_broke_in_two_is_put_together():
    found = read_document(pdf(LETTER))
    assert (found.title, found.doc_no) == (TITLE, "临司〔2026〕31号")
    assert (found.issuing_body, found.formed_on) == ("临江市司法局", date(2026, 3, 10))


@pytest.mark.parametrize(
    ("line", "title"),
    [
        ("2026年政务公开工作要点", "2026年政务公开工作要点"),
        ("3、2026年工作总结", "2026年工作总结"),
        ("关于印发《服务规范》的通知", "关于印发《服务规范》的通知"),
        ("临江市行政执法公示办法（试行）", "临江市行政执法公示办法（试行）"),
        ("年度工作方案.docx", "年度工作方案"),
        ("2026年司法局工作方案 一、指导思想 全面落实……", "2026年司法局工作方案"),
        ("根据《条例》第五条，制定本办法。以下为计划", None),
        ("附件1：联络员名单", None),
        ("一、工作方案", None),
        ("（二）年度计划", None),
        ("各区县司法局：", None),
        ("通知", None),
    ],
)
def test_a_title_is_a_line_that_names_a_kind_of_document(line, title):
    assert read(line, "正文。").title == title


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("临司〔2026〕31号", "临司〔2026〕31号"),
        ("临司[2026]31号", "临司〔2026〕31号"),
        ("临司（2026）第 31 号", "临司〔2026〕第31号"),
        ("临司〔2026〕31号  签发人：周某", "临司〔2026〕31号"),
        ("发文字号：临司发〔2026〕5号", "临司发〔2026〕5号"),
        ("根据《工作要点》（临政办发〔2026〕104号）精神", None),
        ("文档编号:10983031", None),
    ],
)
def test_a_number_alone_on_a_line_is_the_documents_own_one_in_a_sentence_is_not(line, number):
    assert read(line, "正文。").doc_no == number


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("2026年3月10日", date(2026, 3, 10)),
        ("2026 年 3 月 10 日", date(2026, 3, 10)),
        ("二〇二六年三月十日", date(2026, 3, 10)),
        ("二○二五年十二月三十一日", date(2025, 12, 31)),
        ("成文日期：2026-03-10", date(2026, 3, 10)),
        ("生成日期：2026年3月10日", date(2026, 3, 10)),
        ("2026年13月40日", None),
        ("0202年3月10日", None),
        ("发布日期:2026-03-10", None),
        ("临江市司法局办公室 2026年3月11日印发", None),
        ("请于2026年3月10日前报送", None),
    ],
)
def test_a_date_alone_on_a_line_or_labelled_is_the_date_of_the_document(line, day):
    assert read("正文。", line).formed_on == day


@pytest.mark.parametrize(
    ("lines", "body"),
    [
        (("正文。", "临江市司法局"), "临江市司法局"),
        (("发文机关：临江市人民政府办公室", "正文。"), "临江市人民政府办公室"),
        (("临江市民政局2026年工作要点", "正文。"), "临江市民政局"),
        (("司法局工作要点", "正文。"), None),
        (("正文。", "联系人：张某，电话12348"), None),
    ],
)
def test_the_issuing_body_signs_is_labelled_or_begins_the_title(lines, body):
    assert read(*lines).issuing_body == body


def test_the_date_under_the_signature_counts_not_the_one_of_printing():
    found = read("正文。", "临江市司法局", "2026年3月10日", "临江市司法局办公室 2026年3月12日印发")
    assert found.formed_on == date(2026, 3, 10)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (("甲", "乙", "丙", "甲", "乙", "丙"), "重复"),
        (("公開工作(gōng)情況",), "注音"),
        (("浏览次数：12",), "网页文字"),
        (("上传人：h**** 文档编号：1",), "网页文字"),
        (("1、甲", "2、乙", "3、丙"), "连续的编号"),
        (("发布日期：2017-08-09 11:53",), "「发布日期」2017年8月9日，不是成文日期"),
    ],
)
def test_what_looks_wrong_is_told(lines, words):
    assert any(words in note for note in read(*lines).notes)


def test_what_is_not_found_stays_empty_and_is_named():
    found = read("今日无事。")
    assert (found.title, found.doc_no, found.issuing_body, found.formed_on) == (None,) * 4
    assert found.missing == ("title", "docNo", "disclosingBody", "formedOn")
