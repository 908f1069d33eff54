import pytest
from hypothesis import given
from hypothesis import strategies as st

from siyu.engines.vault.rules import mask


class TestMask:
    @pytest.mark.parametrize(
        ("kind", "value", "shown"),
        [
            ("phone", "+8618612345678", "186****5678"),
            ("phone", "18612345678", "186****5678"),
            ("phone", "+14155552671", "+141****2671"),
            ("phone", "12345678", "12****78"),
            ("phone", "110", "***"),
            ("name", "张三", "张*"),
            ("name", "欧阳娜娜", "欧*"),
            ("name", "", "*"),
            ("email", "alice@example.com", "a***@example.com"),
            ("email", "not a mail", "***"),
            ("address", "浙江省杭州市西湖区文三路 100 号", "浙江省杭州市***"),
            ("address", "浙江省 杭州市 西湖区 文三路 100 号", "浙江省杭州市***"),
            ("address", "上海市浦东新区世纪大道市场路 8 号", "上海市***"),
            ("address", "上海 上海市 浦东新区", "上海***"),
            ("address", "广东深圳市南山区", "广东深圳市***"),
            ("address", "四川省凉山彝族自治州西昌市航天大道", "四川省凉山彝族自治州***"),
            ("address", "广东省天河区花市路", "广东省***"),
            ("address", "内蒙古自治区锡林郭勒盟某地", "内蒙古自治区锡林郭勒盟***"),
            ("address", "中国江苏省南京市", "江苏省南京市***"),
            ("address", "幸福小区 3 栋 501", "***"),
        ],
    )
    def test_shows_only_what_it_may(self, kind: str, value: str, shown: str) -> None:
        assert mask(kind, value) == shown

    @given(st.sampled_from(["phone", "email", "name", "address"]), st.text())
    def test_any_text_gives_text_postgresql_can_hold(self, kind: str, value: str) -> None:
        shown = mask(kind, value)
        assert "\x00" not in shown
        shown.encode()

    @given(st.from_regex(r"\+861[3-9][0-9]{9}", fullmatch=True))
    def test_a_phone_keeps_four_digits_to_itself(self, phone: str) -> None:
        assert phone[6:10] not in mask("phone", phone)[3:7]
        assert len(mask("phone", phone)) == 11
